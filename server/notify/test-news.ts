import type { AlertNews } from './news.ts';

/** What the test button sends: an alert with every field filled, that nobody could take for a real one. Pure. */
export const testNews = (key: string, channelName: string, at: Date): AlertNews => ({
  key,
  news: 'test',
  at: at.toISOString(),
  alert: {
    id: 0,
    severity: 'info',
    category: 'director',
    state: 'open',
    subject: 'channel/test',
    deployment: null,
    cluster: null,
    title: `Test of channel ${channelName}`,
    detail: 'Somebody pressed Test. If you read this, alerts arrive here.',
    handled: true,
    count: 1,
    openedAt: at.toISOString(),
    resolvedAt: null,
    acknowledgedBy: null,
    drillId: null,
  },
});
