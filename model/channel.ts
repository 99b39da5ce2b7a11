import { z } from 'zod';
import { Severity } from './alert.ts';

const host = z.string().min(1, 'host: give a name or an address');
const port = z.number().int().min(1).max(65_535);
const httpUrl = z.url({ protocol: /^https?$/, error: 'url: give an http(s) address' });
/** Certificates of a private authority, beside those the machine trusts. */
const caPem = z.string().max(65_536).default('');

/** Secret values are write-only: they go to the vault as `channels/<id>/<field>` and never come back. */
export const ChannelConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    host,
    port: port.default(25),
    tls: z.enum(['none', 'starttls', 'tls']).default('starttls'),
    user: z.string().default(''),
    /** Name this side says HELO with; empty = this machine's. */
    domain: z.string().max(253).default(''),
    from: z.email('from: give an e-mail address'),
    to: z.array(z.email('to: give e-mail addresses')).min(1, 'to: give at least one address'),
    caPem,
  }),
  z.strictObject({
    kind: z.literal('pagerduty'),
    url: httpUrl.default('https://events.pagerduty.com/v2/enqueue'),
    /** HTTP proxy on the way there; empty = none. */
    proxy: z.union([z.literal(''), httpUrl]).default(''),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    /** `((token))` in it stands for the secret of that name. */
    url: httpUrl,
    /** Liquid over the alert; see docs/add-a-channel.md. */
    body: z.string().max(16_384),
    contentType: z.string().default('application/json'),
    caPem,
  }),
  z.strictObject({
    kind: z.literal('syslog'),
    host,
    port: port.default(6514),
    transport: z.enum(['tcp', 'tls']).default('tls'),
    /** Name or SHA-1 fingerprint the server's certificate must have; empty = the host. */
    permittedPeer: z.string().max(253).default(''),
    caPem,
  }),
]);
export type ChannelConfig = z.infer<typeof ChannelConfig>;
export type ChannelKind = ChannelConfig['kind'];

export const Channel = z.strictObject({
  name: z.string().min(1, 'name: name the channel').max(64),
  enabled: z.boolean().default(true),
  config: ChannelConfig,
  /** Which alerts go here. */
  minimumSeverity: Severity.default('warning'),
  /** Empty = of all deployments and of the platform itself. */
  deployments: z.array(z.string()).default([]),
  drills: z.boolean().default(true),
});
export type Channel = z.infer<typeof Channel>;

export const CHANNEL_KINDS = ['email', 'pagerduty', 'webhook', 'syslog'] as const satisfies readonly ChannelKind[];

/** Secret fields by kind. A webhook's `token` goes into its address, its `signingKey` signs. */
export const CHANNEL_SECRETS = {
  email: ['password'],
  pagerduty: ['routingKey'],
  webhook: ['signingKey', 'token'],
  syslog: [],
} as const satisfies Record<ChannelKind, readonly string[]>;

export type ChannelView = Channel & {
  id: string;
  secrets: { field: string; setAt: string }[];
  /** Form of a tile that made it (`p-bosh/e-mail`) and where it is edited; null = made here. */
  managedBy: string | null;
  /** How its last news fared; null before any. */
  last: { state: DeliveryState; at: string; receipt: string | null } | null;
  waiting: number;
};

/** What a channel is told of an alert. flapping: it comes and goes, further news is held; calm: the sum of what was held. */
export const NEWS = ['raised', 'acknowledged', 'resolved', 'flapping', 'calm', 'test'] as const;
export type News = (typeof NEWS)[number];

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type DeliveryView = {
  id: number;
  channelId: string;
  channelName: string;
  alertId: number | null;
  news: News;
  title: string;
  state: DeliveryState;
  attempts: number;
  /** What the other side answered (message id, status), or why it failed. */
  receipt: string | null;
  createdAt: string;
  deliveredAt: string | null;
  nextAt: string | null;
  drillId: number | null;
};
