import { CHANNEL_KINDS, type ChannelConfig, type ChannelKind } from '#model/channel.ts';

const KIND_WORD = {
  email: 'E-mail',
  pagerduty: 'PagerDuty',
  webhook: 'Webhook (Slack and others)',
  syslog: 'Syslog',
} as const satisfies Record<ChannelKind, string>;

export const KINDS = CHANNEL_KINDS.map((kind) => ({ kind, word: KIND_WORD[kind] }));

/** Kind and where it goes, in a few words. Pure. */
export function whereTo(config: ChannelConfig): string {
  switch (config.kind) {
    case 'email':
      return `E-mail to ${config.to.join(', ')}`;
    case 'pagerduty':
      return 'PagerDuty';
    case 'webhook':
      return `Webhook ${hostOf(config.url)}`;
    case 'syslog':
      return `Syslog ${config.host}:${config.port} over ${config.transport.toUpperCase()}`;
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
