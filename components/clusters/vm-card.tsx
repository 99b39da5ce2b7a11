'use client';

import { Crown } from 'lucide-react';
import { links } from '#components/links.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { figuresOf } from '#components/tasks/task-state.ts';
import { count, formatKib, formatSpan } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { useNow } from '#components/ui/now.ts';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { Ago, Elapsed } from '#components/ui/time.tsx';
import type { InstanceView, ProcessReport, ProcessState } from '#model/deployment.ts';
import type { TaskView } from '#model/task.ts';
import { shownState } from './cluster-state.ts';

const PROCESS_SHOWN = {
  running: 'running',
  starting: 'working',
  failing: 'failed',
  stopped: 'stopped',
} as const satisfies Record<ProcessState, UiState>;

type VmCardProps = {
  instance: InstanceView;
  /** Level of its heading in the page. */
  level?: 3 | 4;
  /** The task at work on it. */
  repair?: TaskView | null;
  pods?: number | null;
  isLeader?: boolean;
};

/** One VM with its processes. */
export function VmCard({ instance, level = 4, repair = null, pods = null, isLeader = false }: VmCardProps) {
  const Heading = level === 3 ? 'h3' : 'h4';
  const unheard = useUnheard();
  const state = asHeard(shownState(instance, repair !== null), unheard);
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
          <Link href={links.processes(instance.id)}>
            {instance.group}/{instance.index}
          </Link>
        </Heading>
        <span className="sr">{STATE_WORDS[state]}</span>
        {isLeader ? (
          <span className="crown" title="leader of etcd">
            <Crown className="i" aria-hidden="true" />
            leader
          </span>
        ) : null}
        {pods === null ? null : <span className="cap nowrap">{count(pods, 'pod')}</span>}
        <span className="ip">{instance.address}</span>
      </div>
      <ul className="procs">
        {instance.processes.map((process) => (
          <li key={process.name} data-state={processState(process, state)} title={processTitle(process)}>
            <StateShape state={processState(process, state)} />
            {process.name}
            <span className="sr">{process.state}</span>
          </li>
        ))}
      </ul>
      {repair ? <RepairNote repair={repair} /> : <VmNote instance={instance} state={state} />}
      <VmFacts instance={instance} />
    </article>
  );
}

/** What a process last said is only a memory once its VM is not heard. */
const processState = (process: ProcessReport, vm: UiState): UiState =>
  asHeard(PROCESS_SHOWN[process.state], vm === 'failed' || vm === 'unknown' || vm === 'waiting');

/** "Start the jobs, stage 3 of 5 · 0:12" */
function RepairNote({ repair }: { repair: TaskView }) {
  const figures = figuresOf(repair);
  return (
    <p className="note">
      {figures.stage
        ? `${figures.stage}, stage ${figures.step} of ${figures.steps}`
        : repair.description.replace(/ of .*$/, '')}
      {repair.startedAt ? (
        <>
          {' · '}
          <Elapsed from={repair.startedAt} to={repair.finishedAt} />
        </>
      ) : (
        ': waits to start'
      )}
    </p>
  );
}

/** Why a VM is not green, in a few words. */
function VmNote({ instance, state }: { instance: InstanceView; state: UiState }) {
  const now = useNow(1000);
  if (state === 'running') return null;
  const failing = instance.processes.filter((process) => process.state === 'failing').map((process) => process.name);
  if (state === 'waiting') return <p className="note">No VM: it is being made or replaced</p>;
  if (state === 'stopped') return <p className="note">Stopped by a person</p>;
  if (instance.vmHealth === 'dead' || instance.vmHealth === 'hung' || instance.vmHealth === 'partitioned')
    return <p className="note">{instance.vmHealthReason || `VM is ${instance.vmHealth}`}</p>;
  if (failing.length > 0) return <p className="note">{failing.join(', ')} failing</p>;
  if (state === 'working') return <p className="note">Starting</p>;
  return (
    <p className="note" suppressHydrationWarning>
      {instance.lastHeardAt ? `Not heard for ${formatSpan(now - Date.parse(instance.lastHeardAt))}` : 'Not heard yet'}
    </p>
  );
}

/** When its VM was made, and where it belongs while it is a guest in another AZ. */
function VmFacts({ instance }: { instance: InstanceView }) {
  if (instance.vmCreatedAt === null && instance.homeAz === null) return null;
  return (
    <p className="cap facts">
      {instance.vmCreatedAt ? (
        <>
          VM made <Ago at={instance.vmCreatedAt} />
        </>
      ) : null}
      {instance.homeAz && instance.homeAz !== instance.az ? ` · guest, at home in ${instance.homeAz}` : null}
    </p>
  );
}

function processTitle(process: ProcessReport): string {
  const parts = [
    `${process.name}: ${process.state}`,
    process.uptimeSeconds === null ? null : `up ${formatSpan(process.uptimeSeconds * 1000)}`,
    process.memoryKib === null ? null : formatKib(process.memoryKib),
    process.restarts > 0 ? `${process.restarts} restarts` : null,
    process.lastExit ? `last exit: ${process.lastExit}` : null,
  ];
  return parts.filter(Boolean).join(' · ');
}
