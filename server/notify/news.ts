import { z } from 'zod';
import { AlertCategory, AlertState, Severity } from '#model/alert.ts';
import { NEWS } from '#model/channel.ts';

/**
 * What a channel is told, as it was when it happened: kept with the delivery, so that "raised" still says raised when the mail server comes
 * back after the alert was resolved. `key` is the same in each attempt: receivers drop what they had already.
 */
export const AlertNews = z.strictObject({
  key: z.string(),
  news: z.enum(NEWS),
  at: z.string(),
  alert: z.strictObject({
    /** 0 in a test. */
    id: z.number().int(),
    severity: Severity,
    category: AlertCategory,
    state: AlertState,
    subject: z.string(),
    deployment: z.string().nullable(),
    cluster: z.string().nullable(),
    title: z.string(),
    detail: z.string(),
    handled: z.boolean(),
    count: z.number().int(),
    openedAt: z.string(),
    resolvedAt: z.string().nullable(),
    acknowledgedBy: z.string().nullable(),
    drillId: z.number().int().nullable(),
  }),
});
export type AlertNews = z.infer<typeof AlertNews>;

/** Where news comes from: id of the installation, address of its console without a slash at the end. */
export type Origin = { installation: string; consoleUrl: string };

/** First line of every message: `[Tessera] DRILL critical: demo: worker/0 is dead`. One line, whatever the title holds. */
export function subjectOf({ news, alert }: AlertNews): string {
  const drill = alert.drillId === null ? '' : 'DRILL ';
  return `[Tessera] ${drill}${WORD[news](alert)}: ${titleOf(alert)}`.replaceAll(/\s+/g, ' ').slice(0, 250);
}

const WORD = {
  raised: (alert) => alert.severity,
  acknowledged: (alert) => `taken by ${alert.acknowledgedBy ?? 'somebody'}`,
  resolved: () => 'resolved',
  flapping: (alert) => `${alert.severity}, comes and goes`,
  calm: (alert) => (alert.state === 'open' ? `${alert.severity}, calm but open` : 'resolved, calm'),
  test: () => 'test',
} as const satisfies Record<AlertNews['news'], (alert: AlertNews['alert']) => string>;

/** "demo: worker/0 is dead": the cluster before what happened to it. */
export const titleOf = (alert: { cluster: string | null; title: string }): string =>
  alert.cluster === null || alert.title.startsWith(`${alert.cluster}:`)
    ? alert.title
    : `${alert.cluster}: ${alert.title}`;

/** Page of the alert. */
export const linkOf = (origin: Origin, alert: AlertNews['alert']): string =>
  alert.id === 0 ? `${origin.consoleUrl}/channels` : `${origin.consoleUrl}/alerts#alert-${alert.id}`;

/** What makes several messages one incident at the receiver. */
export const dedupKeyOf = (origin: Origin, { key, alert }: AlertNews): string =>
  alert.id === 0 ? `tessera-${origin.installation}-test-${key}` : `tessera-${origin.installation}-alert-${alert.id}`;

/** Sentences under the subject, one a line. */
export function textOf({ news, alert }: AlertNews): string[] {
  const lines = [alert.detail].filter((line) => line !== '');
  if (alert.drillId !== null)
    lines.push(`This was caused by drill ${alert.drillId}, which somebody runs on purpose. Nobody needs to act.`);
  if (news === 'flapping')
    lines.push(`It came back ${alert.count} times. Further news of it is held back until it is calm for ten minutes.`);
  if (news === 'calm') lines.push(`It is calm again. It was raised ${alert.count} times in all.`);
  if (news === 'raised' && alert.drillId === null)
    lines.push(alert.handled ? 'Tessera is handling it by itself.' : 'This needs a person.');
  return lines;
}

/** Names and values of a message's table. */
export function factsOf({ news, at, alert }: AlertNews): [name: string, value: string][] {
  const facts: [string, string | null][] = [
    ['Severity', alert.severity],
    ['State', alert.state],
    ['Cluster', alert.cluster],
    ['Deployment', alert.cluster === null ? alert.deployment : null],
    ['Raised', alert.openedAt],
    ['Resolved', alert.resolvedAt],
    ['Taken by', alert.acknowledgedBy],
    ['Drill', alert.drillId === null ? null : String(alert.drillId)],
    ['Said', news === 'test' ? at : null],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}
