import type { UiState } from '#components/ui/state-shape.tsx';
import { type AlertView, isMuted, needsPerson, SEVERITIES } from '#model/alert.ts';

export type AlertGroups = { needsYou: AlertView[]; handled: AlertView[]; muted: AlertView[]; solved: AlertView[] };

/** Open alerts read at most. */
export const MOST_OPEN = 200;
/** Resolved alerts read at first. */
export const FEW_RESOLVED = 50;
const DAY_MS = 86_400_000;

/** Open alerts by who acts on them, worst first; resolved ones of the last day, or all when `earlier`. Pure; `now` in ms. */
export function groupAlerts(
  open: readonly AlertView[],
  resolved: readonly AlertView[],
  now: number,
  earlier: boolean,
): AlertGroups {
  const worstFirst = open.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.id - a.id,
  );
  const muted = worstFirst.filter((alert) => isMuted(alert, now));
  const heard = worstFirst.filter((alert) => !isMuted(alert, now));
  return {
    needsYou: heard.filter((alert) => needsPerson(alert, now)),
    handled: heard.filter((alert) => !needsPerson(alert, now)),
    muted,
    solved: resolved.filter((alert) => earlier || now - Date.parse(alert.resolvedAt ?? alert.lastAt) < DAY_MS),
  };
}

/** Shape and colour of an alert. Violet belongs to drills: a planned outage never looks like a real one. Pure. */
export function shapeOf(alert: AlertView, now: number): UiState {
  if (alert.drillId !== null) return 'drill';
  if (alert.state === 'resolved') return 'done';
  if (isMuted(alert, now)) return 'stopped';
  if (alert.handled) return 'working';
  return alert.severity === 'critical' || alert.severity === 'error' ? 'failed' : 'attention';
}

/** The page in one sentence. Pure. */
export function verdictOf({ needsYou, handled, muted }: AlertGroups): string {
  const rest = handled.length + muted.length;
  if (needsYou.length === 0) return rest === 0 ? 'Nothing is wrong.' : 'Nothing needs you. The rest is being handled.';
  const words = `${needsYou.length} ${needsYou.length === 1 ? 'alert needs' : 'alerts need'} a person.`;
  return rest === 0 ? words : `${words} The rest is being handled.`;
}

/** "demo: worker/0 is dead", the cluster once. */
export const titleOf = ({ cluster, title }: Pick<AlertView, 'cluster' | 'title'>): string =>
  cluster === null || title.startsWith(`${cluster}:`) ? title : `${cluster}: ${title}`;
