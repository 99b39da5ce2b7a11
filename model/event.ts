import { z } from 'zod';

/** News for browsers and watchers: one row of `events`. `subject` is `<noun>/<id>`; `data` is a small patch, never a secret. */
export const EVENT_TYPES = [
  'product.changed',
  'installation.changed',
  'task.changed',
  'task.step',
  'task.log',
  'deployment.changed',
  'instance.changed',
  'cluster.changed',
  'stemcell.changed',
  'user.changed',
  'settings.changed',
  'director.changed',
  'alert.changed',
  'channel.changed',
  'delivery.changed',
  'health.changed',
  'mark.added',
  'recovery.changed',
  'workloads.changed',
  'drill.changed',
  'drill.sample',
  'sample.changed',
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** Position in the event stream: `<xid>.<id>`; rises in commit order. */
export type EventCursor = string;

export type TesseraEvent = {
  cursor: EventCursor;
  at: string;
  type: EventType;
  subject: string;
  data: Record<string, unknown>;
};
