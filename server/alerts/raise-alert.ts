import { eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { type AlertReport, SEVERITIES } from '#model/alert.ts';
import type { News } from '#model/channel.ts';
import type { MarkPhase } from '#model/health.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { appendMark, runningDrill } from '#server/health/append-mark.ts';
import { enqueueNews } from '#server/notify/enqueue-news.ts';
import { type AlertRow, lockNewest } from './alert-rows.ts';

/** An alert that comes back this soon is the same one, opened again. */
const SAME_AGAIN_MS = 30 * 60_000;
/** It comes and goes when it was opened so often within the window. */
const FLAPS = 4;
const FLAP_WINDOW_MS = 10 * 60_000;

/**
 * Raises an alert, or counts up the open one of the same key; one that was resolved shortly before is opened again. Channels are told when it
 * is new, comes back, gets worse, or stops being handled; never for a mere repetition. Answers its id. In the caller's transaction.
 */
export async function raiseAlert(tx: Tx, report: AlertReport): Promise<number> {
  const newest = await lockNewest(tx, report.key);
  const drillId = await runningDrill(tx, report.deployment);
  const now = await moment(tx);
  if (newest?.state === 'open') return countUp(tx, newest, report);
  if (newest && isSameAgain(newest, drillId, now)) return openAgain(tx, newest, report, now);
  const [row] = await tx.db
    .insert(alerts)
    .values({ ...report, drillId, raisedAt: [now.toISOString()] })
    .returning();
  if (!row) throw new Error('insert of an alert returned no row');
  await tell(tx, row, 'raised');
  await note(tx, row, 'detected', row.title);
  return row.id;
}

/** Ends the open alert of that key; none is fine. */
export async function resolveAlert(tx: Tx, key: string, detail?: string): Promise<void> {
  const newest = await lockNewest(tx, key);
  if (newest?.state !== 'open') return;
  const row = await change(tx, newest.id, {
    state: 'resolved',
    resolvedAt: sql`now()`,
    lastAt: sql`now()`,
    held: false,
    ...(detail === undefined ? {} : { detail }),
  });
  // while it comes and goes, only the sum is told, once it is calm
  if (!row.flapping) await enqueueNews(tx, row, 'resolved');
  await note(tx, row, 'recovered', `Resolved: ${row.title}`);
}

async function countUp(tx: Tx, open: AlertRow, report: AlertReport): Promise<number> {
  const worse = rank(report.severity) < rank(open.severity);
  const given = open.handled && !report.handled;
  const row = await change(tx, open.id, {
    ...said(report),
    count: open.count + 1,
    lastAt: sql`now()`,
    // who took it with less knowledge must hear of it again
    ...(worse || given ? { acknowledgedBy: null, acknowledgedAt: null } : {}),
  });
  if (worse || given) {
    await tell(tx, row, 'raised');
    await note(tx, row, 'detected', row.title);
  } else if (open.title !== report.title || open.detail !== report.detail) {
    await appendEvent(tx, 'alert.changed', `alert/${row.id}`, { state: 'open', severity: row.severity });
  }
  return row.id;
}

async function openAgain(tx: Tx, resolved: AlertRow, report: AlertReport, now: Date): Promise<number> {
  const raisedAt = [
    ...resolved.raisedAt.filter((at) => now.getTime() - Date.parse(at) < FLAP_WINDOW_MS),
    now.toISOString(),
  ];
  const flapping = resolved.flapping || raisedAt.length >= FLAPS;
  const row = await change(tx, resolved.id, {
    ...said(report),
    state: 'open',
    count: resolved.count + 1,
    raisedAt,
    flapping,
    openedAt: sql`now()`,
    lastAt: sql`now()`,
    resolvedAt: null,
  });
  if (!flapping) await tell(tx, row, 'raised');
  else if (!resolved.flapping) await tell(tx, row, 'flapping');
  await note(tx, row, 'detected', row.title);
  return row.id;
}

/** Tells the channels, or remembers that it must be told when the mute ends. */
async function tell(tx: Tx, row: AlertRow, news: Exclude<News, 'test'>): Promise<void> {
  const muted = row.mutedUntil !== null && row.mutedUntil > (await moment(tx));
  if (muted) await tx.db.update(alerts).set({ held: true }).where(eq(alerts.id, row.id));
  else await enqueueNews(tx, row, news);
}

const said = ({ severity, title, detail, handled }: AlertReport) => ({ severity, title, detail, handled });

const rank = (severity: string): number => SEVERITIES.findIndex((one) => one === severity);

/** What a drill caused is not the same as what came by itself. */
const isSameAgain = (row: AlertRow, drillId: number | null, now: Date): boolean =>
  row.drillId === drillId && row.resolvedAt !== null && now.getTime() - row.resolvedAt.getTime() < SAME_AGAIN_MS;

/** Time of the transaction: that of the database, which the rows carry. */
async function moment(tx: Tx): Promise<Date> {
  const { rows } = await tx.client.query<{ at: Date }>('select now() as at');
  const [row] = rows;
  if (!row) throw new Error('select now() returned no row');
  return row.at;
}

type Change = Parameters<ReturnType<Tx['db']['update']>['set']>[0];

async function change(tx: Tx, id: number, set: Change): Promise<AlertRow> {
  const [row] = await tx.db.update(alerts).set(set).where(eq(alerts.id, id)).returning();
  if (!row) throw new Error(`alert ${id} is gone while its key is locked`);
  return row;
}

async function note(tx: Tx, row: AlertRow, phase: MarkPhase, title: string): Promise<void> {
  await appendMark(tx, {
    lane: 'alert',
    phase,
    deployment: row.deployment,
    subject: `alert/${row.id}`,
    title,
    ...(row.drillId === null ? {} : { drillId: row.drillId }),
    data: { severity: row.severity, about: row.subject },
  });
  await appendEvent(tx, 'alert.changed', `alert/${row.id}`, { state: row.state, severity: row.severity });
}
