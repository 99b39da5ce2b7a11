import { z } from 'zod';

/** Worst first. critical: a person is needed now · error: something is broken · warning: it is being handled, or will break · info. */
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

export const atLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);

export const ALERT_CATEGORIES = [
  'pod',
  'process',
  'vm',
  'az',
  'meltdown',
  'quorum',
  'repair',
  'task',
  'certificate',
  'director',
] as const;
export const AlertCategory = z.enum(ALERT_CATEGORIES);
export type AlertCategory = z.infer<typeof AlertCategory>;

export const ALERT_STATES = ['open', 'resolved'] as const;
export const AlertState = z.enum(ALERT_STATES);
export type AlertState = z.infer<typeof AlertState>;

/**
 * What somebody who finds a fault says. `key` is what makes two alerts the same (`vm:<instance id>`): an open alert of that key is counted up
 * instead of raised again. `subject` as in marks.
 */
export type AlertReport = {
  key: string;
  severity: Severity;
  category: AlertCategory;
  subject: string;
  deployment: string | null;
  title: string;
  /** Cause, evidence, what is being done, what a person can do: sentences. */
  detail: string;
  /** The platform handles it by itself. */
  handled: boolean;
};

export type AlertView = Omit<AlertReport, 'key'> & {
  id: number;
  /** Name of the cluster that is the deployment; null for tiles' own deployments and for the platform. */
  cluster: string | null;
  state: AlertState;
  count: number;
  /** It came and went often lately: further news of it is held back. */
  flapping: boolean;
  openedAt: string;
  lastAt: string;
  resolvedAt: string | null;
  acknowledgedBy: string | null;
  acknowledgedAt: string | null;
  mutedUntil: string | null;
  drillId: number | null;
};

export const canAlert = {
  acknowledge: (alert: Pick<AlertView, 'state' | 'acknowledgedAt'>): boolean =>
    alert.state === 'open' && alert.acknowledgedAt === null,
  mute: (alert: Pick<AlertView, 'state'>): boolean => alert.state === 'open',
} as const;

/** Open alerts as the bell counts them: those that wait for a person, and the rest. Muted ones and drills wait for nobody. */
export type AlertCounts = { needsYou: number; handled: number; worst: Severity | null };

/** Does it wait for a person? Drills are planned, and a muted one was heard. `now` in ms. */
export const needsPerson = (
  alert: Pick<AlertView, 'state' | 'handled' | 'drillId' | 'mutedUntil'>,
  now: number,
): boolean => alert.state === 'open' && !alert.handled && alert.drillId === null && !isMuted(alert, now);

export const isMuted = (alert: Pick<AlertView, 'mutedUntil'>, now: number): boolean =>
  alert.mutedUntil !== null && Date.parse(alert.mutedUntil) > now;
