import { runForwarder } from './forward-api.ts';

/** Job `pks-api` of the API VM: serves clusters and plans. Errors in the dialect of the PKS API. */
runForwarder({ prefix: '/pks', unavailable: (sentence) => ({ body: sentence }) });
