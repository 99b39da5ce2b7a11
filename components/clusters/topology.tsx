'use client';

import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { count } from '#components/ui/format-time.ts';
import { STATE_WORDS, StateShape } from '#components/ui/state-shape.tsx';
import type { InstanceView } from '#model/deployment.ts';
import type { TaskView } from '#model/task.ts';
import { azColumns } from './cluster-state.ts';
import { VmCard } from './vm-card.tsx';

type Around = {
  /** Tasks at work on VMs, by instance id. */
  repairs: ReadonlyMap<string, TaskView>;
  /** Pods seen on each VM; null before the cluster was heard. */
  podsOn: ReadonlyMap<string, number> | null;
  /** Instance id of the etcd leader; null when nobody said. */
  leader: string | null;
};

/** AZ → VM → process, live. A grid of boxes, so that it becomes one column on a phone. */
export function Topology({ instances, ...around }: Around & { instances: InstanceView[] }) {
  const unheard = useUnheard();
  const repaired = new Set(around.repairs.keys());
  const columns = azColumns(instances, repaired).map((column) => ({
    ...column,
    state: asHeard(column.state, unheard),
  }));
  return (
    <div className="topo">
      {columns.map((column) => (
        <section key={column.az} className="az" aria-label={column.az}>
          <header data-state={column.state}>
            <StateShape state={column.state} />
            {column.az}
            <span className="sr">: {STATE_WORDS[column.state]}</span>
            <span className="cap push">{count(column.masters.length + column.workers.length, 'VM')}</span>
          </header>
          <Group name="Masters" instances={column.masters} around={around} />
          <Group name="Workers" instances={column.workers} around={around} />
        </section>
      ))}
    </div>
  );
}

function Group({ name, instances, around }: { name: string; instances: InstanceView[]; around: Around }) {
  if (instances.length === 0) return null;
  return (
    <>
      <h3 className="group">{name}</h3>
      {instances.map((instance) => (
        <VmCard
          key={instance.id}
          instance={instance}
          repair={around.repairs.get(instance.id) ?? null}
          pods={around.podsOn?.get(instance.id) ?? null}
          isLeader={around.leader === instance.id}
        />
      ))}
    </>
  );
}
