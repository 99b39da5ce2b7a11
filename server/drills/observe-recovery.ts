import { and, eq, gte, inArray, or } from 'drizzle-orm';
import { azStates, recoveries } from '#db/schema/health.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Victim } from '#model/drill.ts';
import type { WorkloadsView } from '#model/workload.ts';
import type { DrillInstance } from './drill-facts.ts';
import { type DrillRow, injectedOf } from './drill-rows.ts';
import type { Expectation } from './fault-kind.ts';
import { readInstances, readWorkloadsOf } from './read-facts.ts';

/** Wall clocks of agents, cluster and director differ a little; a fault noticed this long before it was done is another fault. */
const CLOCKS_DIFFER_MS = 250;

type Recovery = {
  subject: string;
  layer: string;
  detectedAt: Date | null;
  actedAt: Date | null;
  recoveredAt: Date | null;
};

/** What the platform knows of a fault at one moment: all of it from rows that it would write without any drill. */
export type Observation = {
  at: Date;
  instances: DrillInstance[];
  workloads: WorkloadsView;
  recoveries: Recovery[];
  /** Repairs asked for since the injection, of instances hit. */
  repairsAt: Date[];
  zoneDownAt: Date | null;
};

export async function observe(
  tx: Tx,
  row: DrillRow,
  victim: Victim,
  expects: Expectation,
  at: Date,
): Promise<Observation> {
  const since = new Date((row.injectedAt ?? at).getTime() - CLOCKS_DIFFER_MS);
  const all = await readInstances(tx, row.deployment);
  const found = await tx.db
    .select({
      subject: recoveries.subject,
      layer: recoveries.layer,
      detectedAt: recoveries.detectedAt,
      actedAt: recoveries.actedAt,
      recoveredAt: recoveries.recoveredAt,
    })
    .from(recoveries)
    .where(
      and(
        gte(recoveries.beganAt, new Date(since.getTime() - 5000)),
        or(inArray(recoveries.subject, ['', ...expects.subjects]), eq(recoveries.deployment, row.deployment)),
      ),
    )
    .limit(500);
  const hit = injectedOf(row).instances;
  const repairs =
    hit.length === 0
      ? []
      : await tx.db
          .select({ at: tasks.createdAt })
          .from(tasks)
          .where(and(eq(tasks.kind, 'repair-instance'), inArray(tasks.subject, hit), gte(tasks.createdAt, since)))
          .limit(100);
  return {
    at,
    instances: all,
    workloads: await readWorkloadsOf(tx, row.clusterName, all, row.deployment),
    // one that was noticed before the injection is another fault
    recoveries: found.filter((one) => one.detectedAt === null || one.detectedAt >= since),
    repairsAt: repairs.map((repair) => repair.at),
    zoneDownAt: victim.type === 'az' ? await zoneDownAt(tx, victim.az, since) : null,
  };
}

async function zoneDownAt(tx: Tx, az: string, since: Date): Promise<Date | null> {
  const [zone] = await tx.db
    .select({ since: azStates.since })
    .from(azStates)
    .where(and(eq(azStates.name, az), eq(azStates.state, 'down'), gte(azStates.since, since)))
    .limit(1);
  return zone?.since ?? null;
}
