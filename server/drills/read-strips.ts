import { and, asc, eq, gte, isNull, lte, or } from 'drizzle-orm';
import { drillSamples } from '#db/schema/drills.ts';
import { marks } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import type { DrillReport, DrillSample, ProbeStrip } from '#model/drill.ts';
import { MarkLane, MarkPhase, type MarkView } from '#model/health.ts';
import type { Actor } from '#model/role.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { authorizeDrill } from './authorize-drill.ts';
import { type DrillRow, findDrill, probesOf } from './drill-rows.ts';

const RESULTS = ['ok', 'slow', 'fail'] as const;
/** An hour of five probes. */
const MOST_SECONDS = 20_000;
const MOST_MARKS = 5000;

/** Answers of each probe, oldest first; `seconds`: only the last so many. Throws not_found, forbidden. */
export async function readStrips(
  tx: Tx,
  input: { id: number; seconds?: number | undefined },
  actor: Actor,
): Promise<ProbeStrip[]> {
  const row = await findDrill(tx, input.id);
  await authorizeDrill(tx, row, actor);
  if (input.seconds === undefined) return stripsOf(tx, row);
  const end = row.endedAt ?? systemClock.now();
  return stripsOf(tx, row, { sinceMs: end.getTime() - input.seconds * 1000 - zeroOf(row) });
}

/** Offsets are from the injection; before it, from the drill's creation. */
const zeroOf = (row: DrillRow): number => (row.injectedAt ?? row.createdAt).getTime();

/** All samples, or those from `sinceMs` after the injection on (whole seconds). */
export async function stripsOf(tx: Tx, row: DrillRow, { sinceMs }: { sinceMs?: number } = {}): Promise<ProbeStrip[]> {
  const zero = zeroOf(row);
  const since = sinceMs === undefined ? undefined : gte(drillSamples.second, new Date(zero + sinceMs - 1000));
  const rows = await tx.db
    .select()
    .from(drillSamples)
    .where(and(eq(drillSamples.drillId, row.id), since))
    .orderBy(asc(drillSamples.second))
    .limit(MOST_SECONDS);
  const byProbe = Map.groupBy(rows, (one) => one.probe);
  return probesOf(row).map((probe) => ({
    probe,
    samples: (byProbe.get(probe.id) ?? [])
      .flatMap(({ second, answers }) =>
        answers.map(
          ([offset, ms, result]): DrillSample => ({
            at: second.getTime() + offset - zero,
            ms,
            result: RESULTS[result] ?? 'fail',
          }),
        ),
      )
      .toSorted((one, other) => one.at - other.at),
  }));
}

/** Points of the time axis that belong to a drill, oldest first. Throws not_found, forbidden. */
export async function readDrillMarks(tx: Tx, id: number, actor: Actor): Promise<MarkView[]> {
  const row = await findDrill(tx, id);
  await authorizeDrill(tx, row, actor);
  return marksOf(tx, row);
}

/** What happened to a zone meanwhile belongs to no deployment, and to this drill. */
export async function marksOf(tx: Tx, row: DrillRow): Promise<MarkView[]> {
  const meanwhile = and(
    eq(marks.lane, 'az'),
    isNull(marks.deployment),
    gte(marks.at, row.injectedAt ?? row.createdAt),
    lte(marks.at, row.endedAt ?? systemClock.now()),
  );
  const rows = await tx.db
    .select()
    .from(marks)
    .where(or(eq(marks.drillId, row.id), meanwhile))
    .orderBy(asc(marks.at), asc(marks.id))
    .limit(MOST_MARKS);
  return rows.map((mark) => ({
    id: mark.id,
    at: mark.at.toISOString(),
    lane: MarkLane.parse(mark.lane),
    phase: MarkPhase.parse(mark.phase),
    deployment: mark.deployment,
    subject: mark.subject,
    title: mark.title,
    drillId: mark.drillId,
    data: mark.data,
  }));
}

/** The report as it was made at the end. Throws not_found (no such drill, or none yet), forbidden. */
export async function readReport(tx: Tx, id: number, actor: Actor): Promise<DrillReport> {
  const row = await findDrill(tx, id);
  await authorizeDrill(tx, row, actor);
  if (row.report === null)
    throw new TesseraError('not_found', `Drill ${id} has no report: it is ${row.state}. Reports are made at the end.`);
  // written as DrillReport by end-drill.ts only, and kept as it was
  return row.report as DrillReport;
}
