import { runForwarder } from './forward-api.ts';

/** Job `uaa` of the API VM: serves the user accounts of the Container Service. Errors in the UAA's dialect. */
runForwarder({
  prefix: '/uaa',
  unavailable: (sentence) => ({ error: 'temporarily_unavailable', error_description: sentence }),
});
