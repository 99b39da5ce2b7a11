import { inTransaction } from '#db/transaction.ts';
import { DrillKind, type DrillRequest } from '#model/drill.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type DrillFacts, findInstance, type Hits } from './drill-facts.ts';
import {
  changeDrill,
  type DrillRow,
  findDrill,
  type Injected,
  injectedOf,
  objectivesIn,
  previewOf,
  probesOf,
  victimOf,
} from './drill-rows.ts';
import type { FaultContext } from './fault-kind.ts';
import { kinds } from './kinds.ts';
import { planPreview, refuseIfRed } from './plan-preview.ts';
import { readFacts } from './read-facts.ts';

/**
 * Looks once more, at the last moment, and notes what is there before the fault. Throws drill_refused with the red sentences; the drill is
 * then refused. A drill that is past this, or being stopped, is left as it is.
 */
export async function beginDrill(context: Pick<FaultContext, 'pool' | 'clock'>, id: number): Promise<void> {
  const refusal = await inTransaction(context.pool, async (tx) => {
    const row = await findDrill(tx, id, 'for update');
    if (row.state !== 'queued') return null;
    const cluster = await findClusterRow(tx, row.clusterName, 'read');
    const request = requestOf(row);
    const facts = await readFacts(tx, cluster, request.kind, context.clock.now(), { drill: id, task: row.taskId ?? 0 });
    const preview = planPreview(facts, request);
    try {
      const victim = refuseIfRed(preview);
      const hits = kinds[request.kind].hits(facts, victim, request);
      await changeDrill(tx, id, {
        state: 'running',
        summary: 'All checks are met: measuring before the fault.',
        preview: { ...preview, expected: previewOf(row).expected },
        injected: { ...injectedOf(row), ...before(facts, victim, hits) },
      });
      return null;
    } catch (thrown) {
      if (!(thrown instanceof TesseraError)) throw thrown;
      await refuse(tx, id, thrown.message, context.clock.now());
      return thrown;
    }
  });
  if (refusal) throw refusal;
}

const refuse = (tx: Parameters<typeof changeDrill>[0], id: number, sentence: string, now: Date): Promise<void> =>
  changeDrill(tx, id, { state: 'refused', summary: `Refused: ${sentence}`, endedAt: now });

/** Ends a drill before its fault: the cluster did not answer as it should. */
export async function refuseDrill(
  context: Pick<FaultContext, 'pool' | 'clock'>,
  id: number,
  sentence: string,
): Promise<void> {
  await inTransaction(context.pool, (tx) => refuse(tx, id, sentence, context.clock.now()));
}

/** The request as it was, with the victim that was chosen. */
export const requestOf = (row: DrillRow): DrillRequest => ({
  kind: DrillKind.parse(row.kind),
  cluster: row.clusterName,
  victim: victimOf(row),
  pod: injectedOf(row).pod,
  cut: injectedOf(row).cut,
  probes: probesOf(row).map((probe) => probe.id),
  objectives: objectivesIn(row),
  reason: row.reason,
});

/** What recovery is measured against. */
function before(facts: DrillFacts, victim: ReturnType<typeof victimOf>, hits: Hits): Partial<Injected> {
  const keepers = new Set(hits.pods.map((pod) => `${pod.namespace}/${pod.keeper}`));
  const ready = [...keepers].map((keeper) => [
    keeper,
    facts.workloads.pods.filter((pod) => pod.ready && `${pod.namespace}/${pod.keeper}` === keeper).length,
  ]);
  const instance = 'instance' in victim ? findInstance(facts, victim.instance) : undefined;
  const process =
    victim.type === 'process' ? instance?.processes.find((one) => one.name === victim.process) : undefined;
  return {
    cid: instance?.vmCid ?? null,
    instances: hits.instances.map((one) => one.id),
    pods: hits.pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      uid: pod.uid,
      keeper: pod.keeper,
      node: pod.node ?? '',
      system: pod.system,
    })),
    ready: Object.fromEntries(ready),
    process: process ? { pid: process.pid, restarts: process.restarts } : null,
  };
}
