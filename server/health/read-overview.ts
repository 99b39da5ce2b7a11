import { eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { SEVERITIES, Severity } from '#model/alert.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { type HealthOverview, VmHealth } from '#model/health.ts';
import type { Actor } from '#model/role.ts';
import { listClusters } from '#server/clusters/list-clusters.ts';
import { readMeltdown, readMeltdownSettings, readResurrection } from './health-settings.ts';
import { type Judged, judgeCluster, judgeFleet } from './judge-health.ts';
import { listAzs } from './list-azs.ts';
import { readDirector } from './read-director.ts';

const MOST_INSTANCES = 50_000;

/** Everything the first screen of the health page says; clusters are those the actor may see. */
export async function readOverview(tx: Tx, actor: Actor): Promise<HealthOverview> {
  const members = await judgedByDeployment(tx);
  const visible = await listClusters(tx, actor);
  const clusters = visible.map((cluster) => {
    const deployment = deploymentOfCluster(cluster.uuid);
    const action = { action: cluster.lastAction, actionState: cluster.lastActionState };
    return { name: cluster.name, deployment, ...judgeCluster(action, members.get(deployment) ?? []) };
  });
  const platform = [...members].flatMap(([deployment, judged]) =>
    deployment.startsWith(deploymentOfCluster('')) ? [] : judged,
  );
  const meltdown = await readMeltdown(tx);
  const azs = await listAzs(tx);
  const { state: director } = await readDirector(tx.client);
  return {
    ...judgeFleet({ director, meltdown, azs, clusters, platform }),
    clusters,
    meltdown,
    meltdownSettings: await readMeltdownSettings(tx),
    resurrection: await readResurrection(tx),
    azs,
    alerts: await countAlerts(tx),
  };
}

async function judgedByDeployment(tx: Tx): Promise<Map<string, Judged[]>> {
  const rows = await tx.db
    .select({
      deployment: instances.deployment,
      group: instances.groupName,
      index: instances.index,
      vmHealth: instances.vmHealth,
      jobState: instances.jobState,
      vmCid: instances.vmCid,
    })
    .from(instances)
    .where(eq(instances.wanted, 'started'))
    .orderBy(instances.groupName, instances.index)
    .limit(MOST_INSTANCES);
  const judged = rows.map((row) => ({
    deployment: row.deployment,
    group: row.group,
    name: `${row.group}/${row.index}`,
    vmHealth: VmHealth.parse(row.vmHealth),
    healthy: row.vmCid !== null && row.jobState === 'running',
  }));
  return Map.groupBy(judged, (row) => row.deployment);
}

async function countAlerts(tx: Tx): Promise<HealthOverview['alerts']> {
  const rows = await tx.db
    .select({ severity: alerts.severity, count: sql<number>`count(*)::int` })
    .from(alerts)
    .where(eq(alerts.state, 'open'))
    .groupBy(alerts.severity);
  const counts = new Map(rows.map((row) => [Severity.parse(row.severity), row.count]));
  const count = (severity: Severity): number => counts.get(severity) ?? 0;
  const [critical, error, warning, info] = SEVERITIES;
  return { critical: count(critical), error: count(error), warning: count(warning), info: count(info) };
}
