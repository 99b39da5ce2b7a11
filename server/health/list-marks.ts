import { and, desc, eq, sql } from 'drizzle-orm';
import { marks } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { MarkLane, MarkPhase, type MarkView } from '#model/health.ts';

/** More points than a page can draw; the newest are kept. */
const MOST_MARKS = 5000;

/** The time axis of one deployment (or of all, with null) over the last hours, oldest first. Points of AZs and of the fleet belong to each. */
export async function listMarks(tx: Tx, filter: { deployment: string | null; hours: number }): Promise<MarkView[]> {
  const rows = await tx.db
    .select()
    .from(marks)
    .where(
      and(
        sql`${marks.at} > now() - make_interval(secs => ${filter.hours * 3600})`,
        filter.deployment === null
          ? undefined
          : sql`(${eq(marks.deployment, filter.deployment)} or ${marks.deployment} is null)`,
      ),
    )
    .orderBy(desc(marks.at), desc(marks.id))
    .limit(MOST_MARKS);
  return rows.toReversed().map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    lane: MarkLane.parse(row.lane),
    phase: MarkPhase.parse(row.phase),
    deployment: row.deployment,
    subject: row.subject,
    title: row.title,
    drillId: row.drillId,
    data: row.data,
  }));
}
