'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Spark } from '#components/health/spark.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { Clock } from '#components/ui/time.tsx';
import type { InstanceView } from '#model/deployment.ts';
import type { VitalsPoint } from '#model/health.ts';

/** Shown at first; a large cluster shows the rest on demand. */
const FIRST_ROWS = 8;
/** A point comes each 30 s. */
const AGAIN_MS = 30_000;
/** Older than this the last value is only a memory. */
const OLD_MS = 90_000;

/** CPU and memory of each VM over the last hour. */
export function VitalsCard({ deployment, instances }: { deployment: string; instances: InstanceView[] }) {
  const trpc = useTRPC();
  const [all, setAll] = useState(false);
  const vitals = useQuery({ ...trpc.health.vitals.queryOptions({ deployment }), refetchInterval: AGAIN_MS });
  const rows = all ? instances : instances.slice(0, FIRST_ROWS);
  const newest = Object.values(vitals.data ?? {}).reduce((last, points) => {
    const at = points.at(-1)?.at ?? '';
    return at > last ? at : last;
  }, '');
  if (vitals.error)
    return (
      <ErrorView
        what="The vitals of the VMs could not be read."
        error={vitals.error}
        onRetry={() => void vitals.refetch()}
      />
    );
  return (
    <Card
      title="Last hour"
      aside={
        newest ? (
          <span className="cap">
            CPU and memory, to <Clock at={newest} />
          </span>
        ) : null
      }
    >
      <ul className="vitals">
        {rows.map((instance) => (
          <Row key={instance.id} instance={instance} points={vitals.data?.[instance.id] ?? []} newest={newest} />
        ))}
      </ul>
      {instances.length > FIRST_ROWS ? (
        <footer>
          <Button small look="ghost" onClick={() => setAll(!all)}>
            {all ? `First ${FIRST_ROWS}` : `All ${count(instances.length, 'VM')}`}
          </Button>
        </footer>
      ) : null}
    </Card>
  );
}

function Row({ instance, points, newest }: { instance: InstanceView; points: VitalsPoint[]; newest: string }) {
  const name = `${instance.group}/${instance.index}`;
  const last = points.at(-1);
  const isOld = last === undefined || Date.parse(newest) - Date.parse(last.at) > OLD_MS;
  const value = (percent: number | undefined) => (isOld || percent === undefined ? '–' : `${Math.round(percent)} %`);
  return (
    <li className={isOld ? 'old' : undefined}>
      <span>{name}</span>
      <Spark values={points.map((point) => point.cpuPercent)} label={`CPU of ${name} in the last hour`} />
      <b>
        <span className="sr">CPU now </span>
        {value(last?.cpuPercent)}
      </b>
      <Spark values={points.map((point) => point.memoryPercent)} label={`Memory of ${name} in the last hour`} />
      <b>
        <span className="sr">memory now </span>
        {value(last?.memoryPercent)}
      </b>
    </li>
  );
}
