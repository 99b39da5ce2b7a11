import { Hono } from 'hono';
import type { Issuer } from '#model/user.ts';
import { uaaProblem } from '../problem.ts';
import type { RestDeps } from '../rest-context.ts';
import { createClientRoutes } from './clients.ts';
import { createGroupRoutes } from './groups.ts';
import { createServerRoutes } from './server-information.ts';
import { createTokenRoutes } from './tokens.ts';
import { createUserRoutes } from './users.ts';

/** The UAA dialect of one issuer, judged by what `uaa`, `uaac`, `pks` and kubectl send. */
export function createUaa(deps: RestDeps, issuer: Issuer): Hono {
  const uaa = new Hono();
  uaa.onError((error, c) => uaaProblem(error, deps.log, c));
  uaa.route('/', createServerRoutes(deps, issuer));
  uaa.route('/', createTokenRoutes(deps, issuer));
  uaa.route('/oauth/clients', createClientRoutes(deps, issuer));
  uaa.route('/Users', createUserRoutes(deps, issuer));
  uaa.route('/Groups', createGroupRoutes(deps, issuer));
  uaa.all('*', (c) => c.json({ error: 'not_found', error_description: `Nothing is served at ${c.req.path}.` }, 404));
  return uaa;
}
