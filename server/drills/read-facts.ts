import { and, asc, desc, eq, inArray, isNotNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import { alerts } from '#db/schema/alerts.ts';
import { clusters } from '#db/schema/clusters.ts';
import { instances } from '#db/schema/deployments.ts';
import { drills } from '#db/schema/drills.ts';
import { samples } from '#db/schema/samples.ts';
import { taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { SEVERITIES, Severity } from '#model/alert.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { ProcessReport } from '#model/deployment.ts';
import { DrillKind, type DrillTimes, Verdict } from '#model/drill.ts';
import { resurrects, VmHealth } from '#model/health.ts';
import { SampleId } from '#model/sample.ts';
import type { WorkloadsView } from '#model/workload.ts';
import type { ClusterRow } from '#server/clusters/cluster-rows.ts';
import { readMeltdown, readResurrection } from '#server/health/health-settings.ts';
import { knownSamples } from '#server/samples/known-samples.ts';
import { readSeen } from '#server/workloads/seen-workloads.ts';
import type { DrillFacts, DrillInstance, DrillSampleApp, EarlierDrill } from './drill-facts.ts';

const MOST_INSTANCES = 5000;
const HISTORY = 10;
const AT_WORK = ['queued', 'running', 'cancelling'];

/** Reads what a preview is decided by. `except`: the drill itself, when it looks again before it acts. */
export async function readFacts(
  tx: Tx,
  cluster: ClusterRow,
  kind: DrillKind,
  now: Date,
  except: { drill: number; task: number } | null = null,
): Promise<DrillFacts> {
  const deployment = deploymentOfCluster(cluster.uuid);
  const all = await readInstances(tx);
  const own = all.filter((one) => one.deployment === deployment);
  return {
    now,
    cluster: {
      uuid: cluster.uuid,
      name: cluster.name,
      masterAddress: cluster.masterAddress,
      port: cluster.port,
      state: cluster.lastActionState,
    },
    deployment,
    instances: own,
    others: await readOwners(
      tx,
      all.filter((one) => one.deployment !== deployment),
    ),
    workloads: await readWorkloadsOf(tx, cluster.name, own, deployment),
    alerts: await readAlerts(tx, deployment),
    drills: await readDrillsAtWork(tx, except?.drill ?? null),
    tasks: await readTasksAtWork(
      tx,
      cluster.uuid,
      own.map((one) => one.id),
      except?.task ?? null,
    ),
    resurrects: resurrects(await readResurrection(tx), deployment),
    meltdown: await readMeltdown(tx),
    samples: await readSampleApps(tx, cluster.uuid),
    earlier: await readEarlier(tx, kind),
  };
}

/** Every instance of one deployment, or of all. */
export async function readInstances(tx: Tx, deployment?: string): Promise<DrillInstance[]> {
  const rows = await tx.db
    .select()
    .from(instances)
    .where(deployment === undefined ? undefined : eq(instances.deployment, deployment))
    .orderBy(asc(instances.deployment), asc(instances.groupName), asc(instances.index))
    .limit(MOST_INSTANCES);
  return rows.map((row) => ({
    id: row.id,
    deployment: row.deployment,
    name: `${row.groupName}/${row.index}`,
    node: `${row.groupName}-${row.index}`,
    group: row.groupName,
    az: row.az,
    address: row.address,
    vmCid: row.vmCid,
    vmHealth: VmHealth.parse(row.vmHealth),
    vmHealthSince: row.vmHealthSince,
    jobState: row.jobState,
    processes: z.array(ProcessReport).parse(row.processes),
    heardAt: row.lastHeardAt,
  }));
}

async function readOwners(tx: Tx, found: DrillInstance[]): Promise<DrillFacts['others']> {
  const rows = await tx.db.select({ uuid: clusters.uuid, name: clusters.name }).from(clusters).limit(MOST_INSTANCES);
  const owners = new Map(rows.map((row) => [deploymentOfCluster(row.uuid), `cluster ${row.name}`]));
  return found.map((one) => ({ ...one, owner: owners.get(one.deployment) ?? one.deployment }));
}

/** As the watcher last saw it, each node with the VM under it. */
export async function readWorkloadsOf(
  tx: Tx,
  cluster: string,
  own: DrillInstance[],
  deployment: string,
): Promise<WorkloadsView> {
  const { heardAt, problem, seen } = await readSeen(tx, deployment);
  const nodes = seen.nodes.map((node) => ({
    ...node,
    instance: own.find((one) => one.node === node.name)?.id ?? null,
  }));
  return { cluster, heardAt: heardAt?.toISOString() ?? null, problem, ...seen, nodes };
}

async function readAlerts(tx: Tx, deployment: string): Promise<DrillFacts['alerts']> {
  const rows = await tx.db
    .select({ title: alerts.title, severity: alerts.severity, acknowledgedAt: alerts.acknowledgedAt })
    .from(alerts)
    .where(and(eq(alerts.deployment, deployment), eq(alerts.state, 'open')))
    .limit(100);
  return rows
    .map((row) => ({
      title: row.title,
      severity: Severity.parse(row.severity),
      acknowledged: row.acknowledgedAt !== null,
    }))
    .toSorted((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
}

async function readDrillsAtWork(tx: Tx, except: number | null): Promise<DrillFacts['drills']> {
  const rows = await tx.db
    .select({ id: drills.id, cluster: drills.clusterName, kind: drills.kind })
    .from(drills)
    .where(inArray(drills.state, ['queued', 'running', 'stopping']))
    .limit(100);
  return rows.filter((row) => row.id !== except).map((row) => ({ ...row, kind: DrillKind.parse(row.kind) }));
}

/** A task concerns a cluster when it is about it, about one of its instances, or has a step on one. */
async function readTasksAtWork(
  tx: Tx,
  clusterUuid: string,
  ids: string[],
  except: number | null,
): Promise<DrillFacts['tasks']> {
  const rows = await tx.db
    .select({ id: tasks.id, kind: tasks.kind, subject: tasks.subject, description: tasks.description })
    .from(tasks)
    .where(and(inArray(tasks.state, AT_WORK), ne(tasks.kind, 'run-drill'), ne(tasks.kind, 'build-stemcell')))
    .limit(200);
  const found = rows.filter((row) => row.id !== except);
  const touching = await readTouching(
    tx,
    found.map((row) => row.id),
    ids,
  );
  return found.map((row) => ({
    id: row.id,
    description: row.description,
    concerns:
      row.subject === clusterUuid ||
      row.subject.startsWith(clusterUuid) ||
      ids.includes(row.subject) ||
      touching.has(row.id),
  }));
}

async function readTouching(tx: Tx, taskIds: number[], ids: string[]): Promise<Set<number>> {
  if (taskIds.length === 0) return new Set();
  const steps = await tx.db
    .select({ task: taskSteps.taskId, input: taskSteps.input })
    .from(taskSteps)
    .where(inArray(taskSteps.taskId, taskIds))
    .limit(50_000);
  return new Set(steps.filter(({ input }) => ids.includes(String(input['instance']))).map(({ task }) => task));
}

/** Samples that answer at a node port and have a data check. */
async function readSampleApps(tx: Tx, clusterUuid: string): Promise<DrillSampleApp[]> {
  const rows = await tx.db
    .select({ sample: samples.sample, nodePort: samples.nodePort })
    .from(samples)
    .where(and(eq(samples.clusterUuid, clusterUuid), eq(samples.state, 'running'), isNotNull(samples.nodePort)))
    .limit(20);
  return rows.flatMap((row) => {
    const sample = knownSamples[SampleId.parse(row.sample)];
    const check = sample.requests.find((request) => request.id === sample.dataCheck);
    if (!check || row.nodePort === null) return [];
    return [{ id: sample.id, name: sample.name, nodePort: row.nodePort, path: check.path, expect: check.expect }];
  });
}

/** The last drills of the kind that came to a verdict, on any cluster. */
export async function readEarlier(tx: Tx, kind: DrillKind): Promise<EarlierDrill[]> {
  const rows = await tx.db
    .select({ id: drills.id, at: drills.createdAt, verdict: drills.verdict, times: drills.times })
    .from(drills)
    .where(and(eq(drills.kind, kind), eq(drills.state, 'ended'), inArray(drills.verdict, ['PASS', 'FAIL'])))
    .orderBy(desc(drills.id))
    .limit(HISTORY);
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    verdict: Verdict.parse(row.verdict),
    times: timesOf(row.times),
  }));
}

/** Column `times`, with null for what is not in it. */
export const timesOf = (times: Record<string, number | null>): DrillTimes => ({
  detectedMs: times['detectedMs'] ?? null,
  actingMs: times['actingMs'] ?? null,
  podsBackMs: times['podsBackMs'] ?? null,
  capacityBackMs: times['capacityBackMs'] ?? null,
});
