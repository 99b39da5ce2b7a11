import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createPksApi } from './pks/pks-api.ts';
import type { RestDeps } from './rest-context.ts';
import { createUaa } from './uaa/uaa.ts';

/** Kubernetes profiles and the like are the largest things sent. */
const BODY_MAX = 1024 * 1024;

/**
 * What the director's REST listener serves to API VMs (mTLS is done before a request gets here): `/uaa/*` is their port 8443 and
 * `/pks/*` their port 9021.
 */
export function createRestApp(deps: RestDeps): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: BODY_MAX, onError: (c) => c.json({ body: 'The request is larger than 1 MiB.' }, 413) }));
  app.route('/uaa', createUaa(deps, 'pks'));
  app.route('/pks', createPksApi(deps));
  app.notFound((c) => c.json({ body: `Nothing is served at ${c.req.path}.` }, 404));
  return app;
}
