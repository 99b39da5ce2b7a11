import type { AlertNews } from './news.ts';
import { dedupKeyOf, linkOf, subjectOf, textOf, titleOf } from './news.ts';
import { post } from './post.ts';
import type { Send, Sending } from './sending.ts';

type Action = 'trigger' | 'acknowledge' | 'resolve';

/** Longest summary the Events API takes. */
const SUMMARY_MAX = 1024;

/** Events API v2: one incident per alert (`dedup_key`). A test triggers and resolves at once, so that it wakes nobody for long. */
export const sendPagerDuty: Send<'pagerduty'> = async (sending) => {
  const receipt = await sendEvent(sending, actionOf(sending.news));
  if (sending.news.news !== 'test') return receipt;
  return `${receipt}; resolved at once: ${await sendEvent(sending, 'resolve')}`;
};

function actionOf({ news, alert }: AlertNews): Action {
  if (news === 'acknowledged') return 'acknowledge';
  return news === 'resolved' || (news === 'calm' && alert.state === 'resolved') ? 'resolve' : 'trigger';
}

function sendEvent({ config, secrets, news, origin, signal }: Sending<'pagerduty'>, action: Action): Promise<string> {
  const { alert } = news;
  const event = {
    routing_key: secrets.routingKey ?? '',
    event_action: action,
    dedup_key: dedupKeyOf(origin, news),
    client: 'Tessera',
    client_url: linkOf(origin, alert),
    links: [{ href: linkOf(origin, alert), text: 'Open in Tessera' }],
    payload: {
      summary: `${alert.drillId === null ? '' : 'DRILL '}${titleOf(alert)}`.slice(0, SUMMARY_MAX),
      source: alert.cluster ?? alert.deployment ?? `tessera-${origin.installation}`,
      severity: alert.severity,
      timestamp: news.at,
      component: alert.subject,
      group: alert.deployment ?? 'tessera',
      class: alert.category,
      custom_details: {
        subject: subjectOf(news),
        detail: textOf(news).join(' '),
        handled: alert.handled,
        count: alert.count,
        drill: alert.drillId,
        delivery: news.key,
      },
    },
  };
  return post({
    url: config.url,
    headers: { 'content-type': 'application/json', 'user-agent': 'tessera' },
    body: JSON.stringify(event),
    caPem: '',
    proxy: config.proxy,
    signal,
  });
}
