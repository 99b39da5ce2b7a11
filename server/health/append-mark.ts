import { and, eq, inArray } from 'drizzle-orm';
import { drills } from '#db/schema/drills.ts';
import { marks } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import type { MarkLane, MarkPhase } from '#model/health.ts';
import { appendEvent } from '#server/events/append-event.ts';

export type NewMark = {
  lane: MarkLane;
  phase: MarkPhase;
  deployment: string | null;
  subject: string;
  title: string;
  /** When it happened; now if nobody knows better. */
  at?: Date;
  drillId?: number;
  data?: Record<string, unknown>;
};

/** A point on the time axis, in the caller's transaction. While a drill runs on the deployment, it belongs to that drill. */
export async function appendMark(tx: Tx, mark: NewMark): Promise<void> {
  const drillId = mark.drillId ?? (await runningDrill(tx, mark.deployment));
  await tx.db.insert(marks).values({ ...mark, drillId });
  await appendEvent(tx, 'mark.added', mark.subject, { deployment: mark.deployment, lane: mark.lane, drillId });
}

/** The drill at work on a deployment; alerts and marks of that time carry it. */
export async function runningDrill(tx: Tx, deployment: string | null): Promise<number | null> {
  if (deployment === null) return null;
  const [row] = await tx.db
    .select({ id: drills.id })
    .from(drills)
    .where(and(eq(drills.deployment, deployment), inArray(drills.state, ['running', 'stopping'])))
    .limit(1);
  return row?.id ?? null;
}
