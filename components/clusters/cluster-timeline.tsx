'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Timeline } from '#components/health/timeline.tsx';
import {
  alertItem,
  drillItem,
  markItem,
  recoveryItem,
  type TimelineItem,
  taskItem,
} from '#components/health/timeline-items.ts';
import { isIn } from '#components/health/timeline-scale.ts';
import { TimelineTable } from '#components/health/timeline-table.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { ErrorView } from '#components/ui/error-view.tsx';
import { useNow } from '#components/ui/now.ts';
import { useCluster } from './use-cluster.ts';

const RANGES = [
  { hours: 0.25, name: '15 min' },
  { hours: 1, name: '1 h' },
  { hours: 6, name: '6 h' },
  { hours: 24, name: '24 h' },
] as const;
const HOUR_MS = 3_600_000;
/** Marks of these lanes say again what alerts, tasks and drills say themselves. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['alert', 'change', 'drill']);

/** What happened to a cluster and what was done about it, on one time axis. `hours`: the range shown first. */
export function ClusterTimeline({ name, hours: first }: { name: string; hours: number }) {
  const [hours, setHours] = useState(first);
  const { items, error, retry } = useItems(name, hours);
  const now = useNow(5000) + 5000;
  const whole = { from: now - hours * HOUR_MS, to: now };
  const visible = items.filter((item) => isIn(item, whole));
  return (
    <section className="card" aria-labelledby="timeline">
      <header>
        <h2 id="timeline" className="grow">
          Timeline
        </h2>
        <div className="seg">
          {RANGES.map((range) => (
            <button
              key={range.hours}
              type="button"
              aria-pressed={range.hours === hours}
              onClick={() => setHours(range.hours)}
            >
              {range.name}
            </button>
          ))}
        </div>
      </header>
      {error ? (
        <div className="pad">
          <ErrorView what="Some of what happened could not be read." error={error} onRetry={retry} />
        </div>
      ) : null}
      <Timeline key={hours} items={visible} whole={whole} />
      <TimelineTable items={visible} />
    </section>
  );
}

function useItems(name: string, hours: number): { items: TimelineItem[]; error: unknown; retry: () => void } {
  const trpc = useTRPC();
  const { cluster, deployment, instances } = useCluster(name);
  const enabled = cluster !== undefined;
  const marks = useQuery({
    ...trpc.health.timeline.queryOptions({ deployment, hours }),
    enabled,
    placeholderData: (known) => known,
  });
  const recoveries = useQuery({ ...trpc.health.recoveries.queryOptions({ deployment, limit: 100 }), enabled });
  const alerts = useQuery(trpc.alerts.list.queryOptions({ state: null, limit: 200 }));
  const tasks = useQuery(trpc.tasks.list.queryOptions({}));
  const drills = useQuery(trpc.drills.list.queryOptions({ cluster: name, limit: 50 }));
  const all = [marks, recoveries, alerts, tasks, drills];
  const items = useMemo(() => {
    const subjects = new Set([cluster?.uuid, ...instances.map((instance) => instance.id)]);
    return [
      ...(alerts.data ?? []).filter((alert) => alert.deployment === deployment).map(alertItem),
      ...(tasks.data ?? []).filter((task) => subjects.has(task.subject)).map(taskItem),
      ...(drills.data ?? []).map(drillItem),
      ...(recoveries.data ?? []).map(recoveryItem),
      ...(marks.data ?? []).filter((mark) => !TOLD_ELSEWHERE.has(mark.lane)).map(markItem),
    ];
  }, [alerts.data, tasks.data, drills.data, recoveries.data, marks.data, cluster?.uuid, instances, deployment]);
  return {
    items,
    error: all.find((query) => query.error)?.error ?? null,
    retry: () => {
      for (const query of all) if (query.error) void query.refetch();
    },
  };
}
