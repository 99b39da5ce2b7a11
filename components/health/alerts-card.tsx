'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { Ago } from '#components/ui/time.tsx';
import { type AlertView, SEVERITIES, type Severity } from '#model/alert.ts';

const SHOWN = {
  critical: 'failed',
  error: 'failed',
  warning: 'attention',
  info: 'working',
} as const satisfies Record<Severity, UiState>;
const MOST_LISTED = 5;
/** Among which the worst are chosen. */
const MOST_READ = 50;

/** Open alerts by severity, the newest of them, and the way to all. */
export function AlertsCard({ counts }: { counts: Record<Severity, number> }) {
  const trpc = useTRPC();
  const open = useQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: MOST_READ }));
  const worst = (open.data ?? [])
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
    .slice(0, MOST_LISTED);
  const sum = SEVERITIES.reduce((total, severity) => total + counts[severity], 0);
  return (
    <Card
      title="Open alerts"
      aside={
        <Link className="cap link" href={links.alerts()}>
          All alerts
        </Link>
      }
    >
      {sum === 0 ? <p className="pad muted">None.</p> : <Counts counts={counts} />}
      {worst.length > 0 ? (
        <ul className="list">
          {worst.map((alert) => (
            <li key={alert.id} data-state={shownOf(alert)}>
              <StateShape state={shownOf(alert)} />
              <Link href={`${links.alerts()}#alert-${alert.id}`}>{alert.title}</Link>
              <span className="cap nowrap">
                <Ago at={alert.openedAt} suffix="" />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Card>
  );
}

/** Violet belongs to drills: a planned outage never looks like a real one. */
const shownOf = (alert: AlertView): UiState => (alert.drillId === null ? SHOWN[alert.severity] : 'drill');

function Counts({ counts }: { counts: Record<Severity, number> }) {
  return (
    <ul className="row wrap severities">
      {SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => (
        <li key={severity} className="badge" data-state={SHOWN[severity]}>
          <StateShape state={SHOWN[severity]} />
          {counts[severity]} {severity}
        </li>
      ))}
    </ul>
  );
}
