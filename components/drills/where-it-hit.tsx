'use client';

import { useQuery } from '@tanstack/react-query';
import { azColumns, INSTANCE_SHOWN } from '#components/clusters/cluster-state.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { STATE_WORDS, StateShape } from '#components/ui/state-shape.tsx';
import type { InstanceView } from '#model/deployment.ts';
import type { Victim } from '#model/drill.ts';
import { instanceState } from '#model/instance-state.ts';

const instanceName = (instance: Pick<InstanceView, 'group' | 'index'>): string => `${instance.group}/${instance.index}`;

/** Names of the instances a victim stands for. A pod's node is named `worker-1`, the instance under it `worker/1`. */
export function hitNames(victim: Victim | null, instances: readonly InstanceView[]): ReadonlySet<string> {
  if (!victim) return new Set();
  switch (victim.type) {
    case 'az':
      return new Set(instances.filter((instance) => instance.az === victim.az).map(instanceName));
    case 'pod':
      return new Set(victim.node ? [victim.node.replace(/-(\d+)$/, '/$1')] : []);
    default:
      return new Set([victim.name]);
  }
}

/** AZ → VM, small: the victim is violet (and struck where the VM itself goes), beside it what it is now. */
export function WhereItHit({
  deployment,
  cluster,
  victim,
  aside,
  hit,
}: {
  deployment: string;
  cluster: string;
  victim: Victim | null;
  aside?: string;
  /** Names that the preview says are hit; else the victim says it. */
  hit?: readonly string[];
}) {
  const trpc = useTRPC();
  const instances = useQuery(trpc.instances.list.queryOptions({ deployment }));
  const workloads = useQuery(trpc.workloads.read.queryOptions({ cluster }));
  const pods = Map.groupBy(workloads.data?.pods ?? [], (pod) => pod.node ?? '');
  const known = instances.data ?? [];
  const struck = hit ? new Set(hit) : hitNames(victim, known);
  return (
    <Card title="Where it hits" aside={aside ? <span className="cap">{aside}</span> : undefined}>
      {instances.error ? <ErrorView what="The VMs could not be read." error={instances.error} /> : null}
      <div className="mini pad">
        {azColumns(known).map((column) => (
          <div key={column.az}>
            <h3 className="group">{column.az}</h3>
            {[...column.masters, ...column.workers].map((instance) => (
              <Pill
                key={instance.id}
                instance={instance}
                pods={pods.get(`${instance.group}-${instance.index}`)?.length ?? null}
                hit={struck.has(instanceName(instance))}
                goes={victim?.type === 'instance' || victim?.type === 'az'}
              />
            ))}
          </div>
        ))}
      </div>
    </Card>
  );
}

function Pill({
  instance,
  pods,
  hit,
  goes,
}: {
  instance: InstanceView;
  pods: number | null;
  hit: boolean;
  goes: boolean;
}) {
  const state = INSTANCE_SHOWN[instanceState(instance)];
  const name = instanceName(instance);
  return (
    <p className={hit ? 'pill hit' : 'pill'} data-state={state} title={`${name}: ${STATE_WORDS[state]}`}>
      <StateShape state={state} />
      {hit && goes ? <s>{name}</s> : name}
      <span className="sr">
        : {STATE_WORDS[state]}
        {hit ? ', hit by the drill' : ''}
      </span>
      {pods === null ? null : (
        <small title={count(pods, 'pod')}>
          {pods}
          <span className="sr"> {pods === 1 ? 'pod' : 'pods'}</span>
        </small>
      )}
      {hit ? (
        <span className="star" data-state="drill">
          <StateShape state="drill" />
        </span>
      ) : null}
    </p>
  );
}
