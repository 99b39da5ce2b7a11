import { getCACertificates } from 'node:tls';
import type { ChannelConfig, ChannelKind } from '#model/channel.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { AlertNews, Origin } from './news.ts';

/** One attempt to tell one channel one thing. `signal` ends it early. */
export type Sending<Kind extends ChannelKind = ChannelKind> = {
  config: Extract<ChannelConfig, { kind: Kind }>;
  secrets: Readonly<Record<string, string>>;
  news: AlertNews;
  origin: Origin;
  clock: Clock;
  signal: AbortSignal;
};

/** Sends, and answers the receipt: what the other side said. Throws DeliveryFault. Never follows a redirect. */
export type Send<Kind extends ChannelKind> = (sending: Sending<Kind>) => Promise<string>;

/** Whom to trust: what the machine trusts, and the channel's own authorities. Undefined = the machine's alone. */
export const trustOf = (caPem: string): string[] | undefined =>
  caPem.trim() === '' ? undefined : [...getCACertificates('default'), caPem];
