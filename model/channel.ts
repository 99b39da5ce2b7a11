import { z } from 'zod';
import { Severity } from './alert.ts';

const host = z.string().min(1, 'host: give a name or an address');
const port = z.number().int().min(1).max(65_535);

/** Secret values are write-only: they go to the vault as `channels/<id>/<field>` and never come back. */
export const ChannelConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    host,
    port: port.default(25),
    tls: z.enum(['none', 'starttls', 'tls']).default('starttls'),
    user: z.string().default(''),
    from: z.email('from: give an e-mail address'),
    to: z.array(z.email('to: give e-mail addresses')).min(1, 'to: give at least one address'),
    caPem: z.string().default(''),
  }),
  z.strictObject({
    kind: z.literal('pagerduty'),
    url: z.url('url: give an http(s) address').default('https://events.pagerduty.com/v2/enqueue'),
  }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: z.url('url: give an http(s) address'),
    /** Liquid over the alert; see docs. */
    body: z.string().max(16_384),
    contentType: z.string().default('application/json'),
    caPem: z.string().default(''),
  }),
  z.strictObject({
    kind: z.literal('syslog'),
    host,
    port: port.default(6514),
    transport: z.enum(['tcp', 'tls']).default('tls'),
    caPem: z.string().default(''),
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

/** Secret fields by kind: e-mail `password`, PagerDuty `routingKey`, webhook `signingKey`; syslog has none. */
export type ChannelView = Channel & { id: string; secrets: { field: string; setAt: string }[] };

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type DeliveryView = {
  id: number;
  channelId: string;
  channelName: string;
  alertId: number | null;
  news: 'raised' | 'resolved' | 'test';
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
