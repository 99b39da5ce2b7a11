import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { channels, deliveries } from '#db/schema/alerts.ts';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { AlertCategory, AlertState, atLeast, Severity } from '#model/alert.ts';
import { ChannelConfig, type News } from '#model/channel.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import type { AlertRow } from '#server/alerts/alert-rows.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { newUuid } from '#server/platform/ids.ts';
import { type AlertNews, titleOf } from './news.ts';

type ChannelRow = typeof channels.$inferSelect;

const MAX_CHANNELS = 500;
/** Who took an alert is told where people work on it together; a mail about it would be noise. */
const TOLD_WHO_TOOK_IT = new Set(['pagerduty', 'webhook', 'syslog']);

/**
 * Puts news of an alert into the outbox, in the transaction that changed the alert: no alert without its news, no news without its alert.
 * New trouble goes where the rules of the channels say; everything later goes to those that were told of the trouble, so that whoever heard
 * that it began hears that it ended. Answers how many channels will be told.
 */
export async function enqueueNews(tx: Tx, alert: AlertRow, news: Exclude<News, 'test'>): Promise<number> {
  const enabled = await tx.db
    .select()
    .from(channels)
    .where(eq(channels.enabled, true))
    .orderBy(asc(channels.name))
    .limit(MAX_CHANNELS);
  if (enabled.length === 0) return 0;
  const told = await toldOf(tx, alert.id);
  const chosen = enabled.filter((channel) => wants(channel, alert, news, told));
  if (chosen.length === 0) return 0;
  const cluster = await clusterNameOf(tx, alert.deployment);
  const { rows } = await tx.client.query<{ at: Date }>('select now() as at');
  const at = (rows[0]?.at ?? alert.lastAt).toISOString();
  const added = await tx.db
    .insert(deliveries)
    .values(
      chosen.map((channel) => {
        const payload = newsOf(alert, cluster, news, at);
        return {
          channelId: channel.id,
          alertId: alert.id,
          news,
          title: titleOf(payload.alert),
          payload,
          drillId: alert.drillId,
        };
      }),
    )
    .returning({ id: deliveries.id });
  for (const { id } of added)
    await appendEvent(tx, 'delivery.changed', `delivery/${id}`, { alertId: alert.id, state: 'waiting' });
  return added.length;
}

function wants(channel: ChannelRow, alert: AlertRow, news: News, told: ReadonlySet<string>): boolean {
  // that a channel does not work cannot be told through it
  if (alert.subject === `channel/${channel.id}`) return false;
  if (news === 'acknowledged')
    return told.has(channel.id) && TOLD_WHO_TOOK_IT.has(ChannelConfig.parse(channel.config).kind);
  if (news === 'resolved' || news === 'calm') return told.has(channel.id);
  return (
    atLeast(Severity.parse(alert.severity), Severity.parse(channel.minimumSeverity)) &&
    (channel.deployments.length === 0 || channel.deployments.includes(alert.deployment ?? '')) &&
    (channel.drills || alert.drillId === null)
  );
}

async function toldOf(tx: Tx, alertId: number): Promise<ReadonlySet<string>> {
  const rows = await tx.db
    .selectDistinct({ id: deliveries.channelId })
    .from(deliveries)
    .where(and(eq(deliveries.alertId, alertId), inArray(deliveries.news, ['raised', 'flapping'])))
    .limit(MAX_CHANNELS);
  return new Set(rows.map((row) => row.id));
}

function newsOf(alert: AlertRow, cluster: string | null, news: News, at: string): AlertNews {
  return {
    key: newUuid(),
    news,
    at,
    alert: {
      id: alert.id,
      severity: Severity.parse(alert.severity),
      category: AlertCategory.parse(alert.category),
      state: AlertState.parse(alert.state),
      subject: alert.subject,
      deployment: alert.deployment,
      cluster,
      title: alert.title,
      detail: alert.detail,
      handled: alert.handled,
      count: alert.count,
      openedAt: alert.openedAt.toISOString(),
      resolvedAt: alert.resolvedAt?.toISOString() ?? null,
      acknowledgedBy: alert.acknowledgedBy,
      drillId: alert.drillId,
    },
  };
}

/** Name of the cluster that is this deployment; null for others. */
export async function clusterNameOf(tx: Tx, deployment: string | null): Promise<string | null> {
  const prefix = deploymentOfCluster('');
  if (!deployment?.startsWith(prefix)) return null;
  const uuid = deployment.slice(prefix.length);
  const [row] = await tx.db
    .select({ name: clusters.name })
    .from(clusters)
    .where(sql`${clusters.uuid}::text = ${uuid}`)
    .limit(1);
  return row?.name ?? null;
}
