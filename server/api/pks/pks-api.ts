import { Hono } from 'hono';
import { authorize } from '#server/identity/authorize.ts';
import { pksProblem } from '../problem.ts';
import { asBearer, pksApiOf, type RestDeps } from '../rest-context.ts';
import { createClusterRoutes } from './clusters.ts';
import { planToWire } from './wire.ts';

/** Lists of things that this version does not have; clients read them on many occasions, so they answer "none". */
const EMPTY_LISTS = [
  '/network-profiles',
  '/kubernetes-profiles',
  '/compute-profiles',
  '/quotas',
  '/usages',
  '/tasks',
] as const;

/** The PKS API v1, judged by what the `pks` CLI and scripts send. */
export function createPksApi(deps: RestDeps): Hono {
  const pks = new Hono();
  pks.onError((error, c) => pksProblem(error, deps.log, c));
  const v1 = new Hono();

  v1.get('/plans', (c) =>
    asBearer(deps, c, 'pks', async (tx, actor) => {
      authorize(actor, 'list-plans');
      return c.json((await pksApiOf(deps, tx)).plans.map(planToWire));
    }),
  );
  // the version that an upgrade would lead to: none, clusters are made with the newest
  v1.get('/upgradable', (c) => asBearer(deps, c, 'pks', async () => c.json('')));
  for (const path of EMPTY_LISTS) {
    v1.get(path, (c) =>
      asBearer(deps, c, 'pks', async (_tx, actor) => {
        authorize(actor, 'list-plans');
        return c.json([]);
      }),
    );
  }
  v1.route('/', createClusterRoutes(deps));

  pks.route('/v1', v1);
  pks.all('*', (c) => c.json({ body: `Nothing is served at ${c.req.path}.` }, 404));
  return pks;
}
