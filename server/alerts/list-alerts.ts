import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { type AlertCounts, type AlertState, type AlertView, needsPerson, SEVERITIES } from '#model/alert.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { type AlertRow, toAlertView } from './alert-rows.ts';

const MOST_COUNTED = 2000;

/** Alerts of one state (null = all), newest first. `before`: only those older than the alert of that id, for the next page. */
export async function listAlerts(
  tx: Tx,
  wanted: { state: AlertState | null; limit: number; before?: number | undefined },
): Promise<AlertView[]> {
  const older = wanted.before === undefined ? undefined : await olderThan(tx, wanted.before);
  const rows = await tx.db
    .select()
    .from(alerts)
    .where(and(wanted.state === null ? undefined : eq(alerts.state, wanted.state), older))
    .orderBy(desc(alerts.lastAt), desc(alerts.id))
    .limit(wanted.limit);
  return withClusters(tx, rows);
}

/** One alert; null when there is none (any more). */
export async function readAlert(tx: Tx, id: number): Promise<AlertView | null> {
  const rows = await tx.db.select().from(alerts).where(eq(alerts.id, id)).limit(1);
  return (await withClusters(tx, rows))[0] ?? null;
}

/** What the bell shows. */
export async function countAlerts(tx: Tx, now: Date): Promise<AlertCounts> {
  const rows = await tx.db
    .select()
    .from(alerts)
    .where(eq(alerts.state, 'open'))
    .orderBy(asc(alerts.id))
    .limit(MOST_COUNTED);
  const open = rows.map((row) => toAlertView(row, null));
  const needing = open.filter((alert) => needsPerson(alert, now.getTime()));
  const worst = SEVERITIES.find((severity) => needing.some((alert) => alert.severity === severity)) ?? null;
  return { needsYou: needing.length, handled: open.length - needing.length, worst };
}

async function olderThan(tx: Tx, id: number) {
  const [row] = await tx.db.select({ lastAt: alerts.lastAt }).from(alerts).where(eq(alerts.id, id)).limit(1);
  // pruned meanwhile: all that is left of older ones has smaller ids
  if (!row) return lt(alerts.id, id);
  return sql`(${alerts.lastAt}, ${alerts.id}) < (${row.lastAt.toISOString()}::timestamptz, ${id})`;
}

async function withClusters(tx: Tx, rows: AlertRow[]): Promise<AlertView[]> {
  const prefix = deploymentOfCluster('');
  const uuids = rows.flatMap(({ deployment }) =>
    deployment?.startsWith(prefix) ? [deployment.slice(prefix.length)] : [],
  );
  const found =
    uuids.length === 0
      ? []
      : await tx.db
          .select({ uuid: clusters.uuid, name: clusters.name })
          .from(clusters)
          .where(inArray(sql`${clusters.uuid}::text`, uuids))
          .limit(uuids.length);
  const names = new Map(found.map(({ uuid, name }) => [deploymentOfCluster(uuid), name]));
  return rows.map((row) => toAlertView(row, names.get(row.deployment ?? '') ?? null));
}
