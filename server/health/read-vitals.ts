import { asc, eq, sql } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { vitalsPoints } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import type { VitalsPoint } from '#model/health.ts';

/** An hour of 400 instances. */
const MOST_POINTS = 50_000;

/** Vitals of the instances of one deployment over the last hour, by instance id, oldest first. */
export async function readVitals(tx: Tx, deployment: string): Promise<Record<string, VitalsPoint[]>> {
  const rows = await tx.db
    .select({
      instanceId: vitalsPoints.instanceId,
      at: vitalsPoints.at,
      cpuPercent: vitalsPoints.cpuPercent,
      memoryPercent: vitalsPoints.memoryPercent,
    })
    .from(vitalsPoints)
    .innerJoin(instances, eq(instances.id, vitalsPoints.instanceId))
    .where(sql`${instances.deployment} = ${deployment} and ${vitalsPoints.at} > now() - interval '1 hour'`)
    .orderBy(asc(vitalsPoints.at))
    .limit(MOST_POINTS);
  return Object.fromEntries(
    [...Map.groupBy(rows, (row) => row.instanceId)].map(([id, points]) => [
      id,
      points.map(({ at, cpuPercent, memoryPercent }) => ({ at: at.toISOString(), cpuPercent, memoryPercent })),
    ]),
  );
}
