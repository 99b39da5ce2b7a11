'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { Meter } from '#components/ui/meter.tsx';
import type { Plan } from '#model/plan.ts';

/** What the cluster needs of the machine's memory and whether it fits; the server decides when it is asked. */
export function PlanCapacity({ plan, workers }: { plan: Plan; workers: number }) {
  const trpc = useTRPC();
  const capacity = useQuery(trpc.clusters.capacity.queryOptions());
  if (!capacity.data) return null;
  const { memoryMib, usedMib, reserveMib, ramMib } = capacity.data;
  const needMib = plan.masterInstances * (ramMib[plan.masterVmType] ?? 0) + workers * (ramMib[plan.workerVmType] ?? 0);
  const after = usedMib + needMib + reserveMib;
  const missing = memoryMib === null ? 0 : after - memoryMib;
  return (
    <Card title="Room for it">
      <dl className="props pad">
        <dt>
          {plan.masterInstances} × master {plan.masterVmType}
        </dt>
        <dd>{plan.masterInstances * (ramMib[plan.masterVmType] ?? 0)} MiB</dd>
        <dt>
          {workers} × worker {plan.workerVmType}
        </dt>
        <dd>{workers * (ramMib[plan.workerVmType] ?? 0)} MiB</dd>
        <dt>Used by VMs now</dt>
        <dd>{usedMib} MiB</dd>
        <dt>Kept for the host</dt>
        <dd>{reserveMib} MiB</dd>
        <dt>Machine</dt>
        <dd>{memoryMib === null ? 'not known' : `${memoryMib} MiB`}</dd>
        {memoryMib === null ? null : (
          <>
            <dt>After creation</dt>
            <dd>
              <Meter percent={(after / memoryMib) * 100} />
            </dd>
          </>
        )}
      </dl>
      {missing > 0 ? (
        <div className="pad">
          <Callout state="attention" title={`${missing} MiB are missing.`}>
            Use fewer workers or a smaller plan, or delete a cluster.
          </Callout>
        </div>
      ) : null}
    </Card>
  );
}
