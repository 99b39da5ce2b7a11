import { Hono } from 'hono';
import { createPksApi } from './pks/pks-api.ts';
import { pksProblem } from './problem.ts';
import type { RestDeps } from './rest-context.ts';
import { createUaa } from './uaa/uaa.ts';

/**
 * What the director's REST listener serves to API VMs (mTLS is done before a request gets here): `/uaa/*` is their port 8443 and
 * `/pks/*` their port 9021.
 */
export function createRestApp(deps: RestDeps): Hono {
  const app = new Hono();
  app.onError((error, c) => pksProblem(error, deps.log, c));
  app.route('/uaa', createUaa(deps, 'pks'));
  app.route('/pks', createPksApi(deps));
  app.notFound((c) => c.json({ body: `Nothing is served at ${c.req.path}.` }, 404));
  return app;
}
