import { and, eq, isNotNull, like, ne, notInArray, or } from 'drizzle-orm';
import type { Pool } from 'pg';
import { alerts } from '#db/schema/alerts.ts';
import { clusters } from '#db/schema/clusters.ts';
import { workloads } from '#db/schema/health.ts';
import { samples } from '#db/schema/samples.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { resolveAlert } from '#server/alerts/raise-alert.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { KubeApi } from '#server/kubernetes/kube-api.ts';
import { type KubeAccess, readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import type { Clock } from '#server/platform/clock.ts';
import { tesseraErrorOf } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { COLLECTION_NAMES } from './cluster-memory.ts';
import { type WatchedCluster, watchCluster } from './watch-cluster.ts';

/** How often the list of clusters is looked at. */
const LOOK_MS = 2000;
/** One connection each watch, and some for lists and looks. */
const CONNECTIONS = COLLECTION_NAMES.length + 3;
const MOST_CLUSTERS = 5000;

export type WatchWorkloadsOptions = { pool: Pool; vault: Vault; clock: Clock; log: Log; signal: AbortSignal };

type Wanted = WatchedCluster & { uuid: string; address: string };
type Running = { stop: AbortController; ended: Promise<void>; address: string };

/** Watches what runs in every cluster that has an API and is not being deleted. Runs until the signal aborts; one watch a cluster. */
export async function watchWorkloads(options: WatchWorkloadsOptions): Promise<void> {
  const { clock, log, signal } = options;
  const running = new Map<string, Running>();
  while (!signal.aborted) {
    try {
      await look(options, running);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'cannot read the list of clusters to watch; next in a moment');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  await Promise.all([...running.values()].map((one) => one.ended));
}

async function look(options: WatchWorkloadsOptions, running: Map<string, Running>): Promise<void> {
  const wanted = await inTransaction(options.pool, readWanted);
  for (const [deployment, one] of running) {
    const still = wanted.find((cluster) => cluster.deployment === deployment);
    // a cluster that is made again under another address is another one
    if (still?.address === one.address) continue;
    one.stop.abort();
    await one.ended;
    running.delete(deployment);
  }
  for (const cluster of wanted) {
    if (running.has(cluster.deployment)) continue;
    const access = await readAccess(options, cluster.uuid);
    if (access) running.set(cluster.deployment, start(options, cluster, access));
  }
  await inTransaction(options.pool, forgetGone);
}

async function readWanted(tx: Tx): Promise<Wanted[]> {
  const rows = await tx.db
    .select({ uuid: clusters.uuid, name: clusters.name, address: clusters.masterAddress, port: clusters.port })
    .from(clusters)
    .where(and(ne(clusters.lastAction, 'DELETE'), isNotNull(clusters.masterAddress)))
    .limit(MOST_CLUSTERS);
  return rows.map(({ uuid, name, address, port }) => ({
    uuid,
    name,
    deployment: deploymentOfCluster(uuid),
    address: `${address}:${port}`,
  }));
}

/** Null while the cluster is being made and has no certificate yet. */
async function readAccess({ pool, vault }: WatchWorkloadsOptions, uuid: string): Promise<KubeAccess | null> {
  try {
    return await inTransaction(pool, (tx) => readKubeAccess(tx, vault, uuid));
  } catch (error) {
    const code = tesseraErrorOf(error)?.code;
    if (code === 'kubernetes_unavailable' || code === 'not_found') return null;
    throw error;
  }
}

function start(options: WatchWorkloadsOptions, cluster: Wanted, access: KubeAccess): Running {
  const { pool, clock, log } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const api = new KubeApi(access, { connections: CONNECTIONS });
  const ended = watchCluster({ pool, api, clock, log, signal }, cluster)
    .catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error, cluster: cluster.name }, 'the watch of a cluster ended');
    })
    .finally(() => api.close());
  return { stop, ended, address: cluster.address };
}

/** What is kept of clusters that are gone or going: nothing of it is true any more. */
async function forgetGone(tx: Tx): Promise<void> {
  const rows = await tx.db
    .select({ uuid: clusters.uuid })
    .from(clusters)
    .where(ne(clusters.lastAction, 'DELETE'))
    .limit(MOST_CLUSTERS);
  const kept = rows.map((row) => deploymentOfCluster(row.uuid));
  const gone = await tx.db
    .delete(workloads)
    .where(kept.length === 0 ? undefined : notInArray(workloads.deployment, kept))
    .returning({ deployment: workloads.deployment });
  for (const { deployment } of gone) {
    await appendEvent(tx, 'workloads.changed', `deployment/${deployment}`);
    const open = await tx.db
      .select({ key: alerts.key })
      .from(alerts)
      .where(
        and(
          eq(alerts.state, 'open'),
          or(like(alerts.key, `pod:${deployment}/%`), like(alerts.key, `node:${deployment}/%`)),
        ),
      )
      .limit(1000);
    for (const { key } of open) await resolveAlert(tx, key, 'The cluster is deleted.');
    await tx.db.delete(samples).where(eq(samples.clusterUuid, deployment.slice(deploymentOfCluster('').length)));
  }
}
