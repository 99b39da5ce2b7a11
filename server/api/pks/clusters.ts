import type { Context } from 'hono';
import { Hono } from 'hono';
import { z } from 'zod';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { deleteCluster } from '#server/clusters/delete-cluster.ts';
import { listClusters } from '#server/clusters/list-clusters.ts';
import { readCluster } from '#server/clusters/read-cluster.ts';
import { readKubeconfig } from '#server/clusters/read-kubeconfig.ts';
import { resizeCluster } from '#server/clusters/resize-cluster.ts';
import { parseInput } from '#server/identity/parse-input.ts';
import { TesseraError } from '#server/platform/error.ts';
import { asBearer, pksApiOf, type RestDeps, readJson } from '../rest-context.ts';
import { clusterToWire } from './wire.ts';

const DEFAULT_PORT = 8443;

// loose, as the real API is: clients send keys of later versions
const ClusterRequest = z.looseObject({
  name: z.string(),
  plan_name: z.string(),
  network_profile_name: z.string().nullish(),
  kubernetes_profile_name: z.string().nullish(),
  compute_profile_name: z.string().nullish(),
  parameters: z.looseObject({
    kubernetes_master_host: z.string(),
    kubernetes_master_port: z.number().int().nullish(),
    kubernetes_worker_instances: z.number().int().nullish(),
  }),
});

const ClusterUpdate = z.looseObject({
  kubernetes_worker_instances: z
    .number()
    .int('kubernetes_worker_instances: a whole number')
    .min(1, 'kubernetes_worker_instances: at least 1')
    .nullish(),
});

export function createClusterRoutes(deps: RestDeps): Hono {
  const routes = new Hono();

  routes.get('/clusters', (c) =>
    asBearer(deps, c, 'pks', async (tx, actor) => {
      const { productVersion } = await pksApiOf(deps, tx);
      return c.json((await listClusters(tx, actor)).map((cluster) => clusterToWire(cluster, productVersion)));
    }),
  );

  routes.post('/clusters', async (c) => {
    const request = parseInput(ClusterRequest, await readJson(c));
    refuseProfiles(request);
    const {
      kubernetes_worker_instances: workers,
      kubernetes_master_host: host,
      kubernetes_master_port: port,
    } = request.parameters;
    return asBearer(deps, c, 'pks', async (tx, actor) => {
      const { productVersion } = await pksApiOf(deps, tx);
      const cluster = await createCluster(
        tx,
        {
          name: request.name,
          planName: request.plan_name,
          externalHostname: host,
          port: port ?? DEFAULT_PORT,
          ...(workers ? { workerInstances: workers } : {}),
        },
        actor,
      );
      return c.json(clusterToWire(cluster, productVersion), 202);
    });
  });

  const one = (c: Context) =>
    asBearer(deps, c, 'pks', async (tx, actor) => {
      const { productVersion } = await pksApiOf(deps, tx);
      return c.json(clusterToWire(await readCluster(tx, c.req.param('name') ?? '', actor), productVersion));
    });
  routes.get('/clusters/:name', one);
  routes.get('/clusterdetails/:name', one);

  routes.patch('/clusters/:name', async (c) => {
    const update = parseInput(ClusterUpdate, await readJson(c));
    const workers = update.kubernetes_worker_instances;
    if (!workers) throw new TesseraError('invalid_input', 'Nothing to update: give kubernetes_worker_instances.');
    await asBearer(deps, c, 'pks', (tx, actor) => resizeCluster(tx, c.req.param('name'), workers, actor));
    return c.body(null, 202);
  });

  routes.delete('/clusters/:name', async (c) => {
    await asBearer(deps, c, 'pks', (tx, actor) => deleteCluster(tx, c.req.param('name'), actor));
    return c.body(null, 202);
  });

  routes.post('/clusters/:name/binds', (c) =>
    asBearer(deps, c, 'pks', async (tx, actor) =>
      c.json((await readKubeconfig(tx, deps.vault, c.req.param('name'), actor)).object, 201),
    ),
  );
  routes.get('/clusters/:name/binds/:user', (c) =>
    asBearer(deps, c, 'pks', async (tx, actor) =>
      c.json((await readKubeconfig(tx, deps.vault, c.req.param('name'), actor)).object),
    ),
  );
  return routes;
}

function refuseProfiles(request: z.infer<typeof ClusterRequest>): void {
  const profile = request.network_profile_name || request.kubernetes_profile_name || request.compute_profile_name;
  if (profile)
    throw new TesseraError('not_found', `Profile ${profile} not found. This version has no profiles; leave it out.`);
}
