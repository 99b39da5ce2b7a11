'use client';

import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { count, formatKib, formatSpan } from '#components/ui/format-time.ts';
import { useNow } from '#components/ui/now.ts';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { InstanceView, ProcessState } from '#model/deployment.ts';
import { instanceState } from '#model/instance-state.ts';
import { azColumns, INSTANCE_SHOWN } from './cluster-state.ts';

const PROCESS_SHOWN = {
  running: 'running',
  starting: 'working',
  failing: 'failed',
  stopped: 'stopped',
} as const satisfies Record<ProcessState, UiState>;

/** AZ → VM → process, live. A grid of boxes, so that it becomes one column on a phone. */
export function Topology({ instances }: { instances: InstanceView[] }) {
  const unheard = useUnheard();
  const columns = azColumns(instances).map((column) => ({ ...column, state: asHeard(column.state, unheard) }));
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
          <Group name="Masters" instances={column.masters} />
          <Group name="Workers" instances={column.workers} />
        </section>
      ))}
    </div>
  );
}

function Group({ name, instances }: { name: string; instances: InstanceView[] }) {
  if (instances.length === 0) return null;
  return (
    <>
      <h3 className="group">{name}</h3>
      {instances.map((instance) => (
        <VmCard key={instance.id} instance={instance} />
      ))}
    </>
  );
}

/** One VM with its processes; `level` is that of its heading in the page. */
export function VmCard({ instance, level = 4 }: { instance: InstanceView; level?: 3 | 4 }) {
  const Heading = level === 3 ? 'h3' : 'h4';
  const unheard = useUnheard();
  const state = asHeard(INSTANCE_SHOWN[instanceState(instance)], unheard);
  return (
    <article
      className="vm"
      data-state={state}
      data-mark={state === 'running' || state === 'waiting' ? undefined : ''}
      aria-label={`${instance.group}/${instance.index}: ${STATE_WORDS[state]}`}
    >
      <div className="row">
        <StateShape state={state} />
        <Heading>
          {instance.group}/{instance.index}
        </Heading>
        <span className="sr">{STATE_WORDS[state]}</span>
        <span className="ip">{instance.address}</span>
      </div>
      <ul className="procs">
        {instance.processes.map((process) => (
          <li key={process.name} data-state={PROCESS_SHOWN[process.state]} title={processTitle(process)}>
            <StateShape state={PROCESS_SHOWN[process.state]} />
            {process.name}
            <span className="sr">{process.state}</span>
          </li>
        ))}
      </ul>
      <VmNote instance={instance} state={state} />
    </article>
  );
}

/** Why a VM is not green, in a few words. */
function VmNote({ instance, state }: { instance: InstanceView; state: UiState }) {
  const now = useNow(1000);
  if (state === 'running') return null;
  if (state === 'waiting') return <p className="note">No VM: it is being made or replaced</p>;
  if (state === 'stopped') return <p className="note">Stopped</p>;
  const failing = instance.processes.filter((process) => process.state === 'failing').map((process) => process.name);
  if (failing.length > 0) return <p className="note">{failing.join(', ')} failing</p>;
  if (state === 'working') return <p className="note">Starting</p>;
  return (
    <p className="note" suppressHydrationWarning>
      {instance.lastHeardAt ? `Not heard for ${formatSpan(now - Date.parse(instance.lastHeardAt))}` : 'Not heard yet'}
    </p>
  );
}

function processTitle(process: InstanceView['processes'][number]): string {
  const parts = [
    `${process.name}: ${process.state}`,
    process.uptimeSeconds === null ? null : `up ${formatSpan(process.uptimeSeconds * 1000)}`,
    process.memoryKib === null ? null : formatKib(process.memoryKib),
    process.restarts > 0 ? `${process.restarts} restarts` : null,
    process.lastExit ? `last exit: ${process.lastExit}` : null,
  ];
  return parts.filter(Boolean).join(' · ');
}
