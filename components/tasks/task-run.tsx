'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Clock } from '#components/ui/time.tsx';
import { canTask, type TaskView } from '#model/task.ts';
import { LogView } from './log-view.tsx';
import { RunFigures } from './run-figures.tsx';
import { StageList } from './stage-list.tsx';
import { currentStep, isOver, laneState, TASK_SHOWN } from './task-state.ts';
import { useTabTitle } from './use-tab-title.ts';

/** Progress of one run: figures, stages with a block per VM, live log. It shows rows, so a reload or another browser sees the same. */
export function TaskRun({
  taskId,
  name,
  about,
  cli,
  footer,
}: {
  taskId: number;
  name: string;
  about?: ReactNode;
  cli: string;
  footer?: ReactNode;
}) {
  const trpc = useTRPC();
  const task = useQuery(trpc.tasks.read.queryOptions({ id: taskId }));
  useTabTitle(name, task.data);
  if (!task.data) {
    return task.error ? (
      <ErrorView what={`${name} could not be read.`} error={task.error} onRetry={() => void task.refetch()} />
    ) : (
      <SkeletonRows rows={8} label={`Reading ${name}`} />
    );
  }
  return <LoadedRun task={task.data} name={name} about={about} cli={cli} footer={footer} />;
}

function LoadedRun({
  task,
  name,
  about,
  cli,
  footer,
}: {
  task: TaskView;
  name: string;
  about: ReactNode;
  cli: string;
  footer: ReactNode;
}) {
  const shown = TASK_SHOWN[task.state];
  const busy = task.stages
    .flatMap((stage) => stage.lanes)
    .find((lane) => ['failed', 'running'].includes(laneState(lane)));
  return (
    <>
      <header className="head">
        <div>
          <h1 className="row title">
            {name} <StateBadge state={shown.state} word={shown.word} />
          </h1>
          <p>
            {about ?? task.description}, {task.startedAt ? 'started' : 'asked for'}{' '}
            <Clock at={task.startedAt ?? task.createdAt} /> by {task.user}
            {task.attempt > 1 ? ` · attempt ${task.attempt}` : null}
          </p>
        </div>
        <RunActions task={task} />
      </header>
      <RunFigures task={task} />
      <RunFailure task={task} />
      <div className="run">
        <Card title="Stages" aside={<span className="cap">{stageSum(task)}</span>} footer={footer}>
          {task.stages.length === 0 ? (
            <p className="pad muted">The plan is being made.</p>
          ) : (
            <StageList stages={task.stages} />
          )}
        </Card>
        <LogView
          taskId={task.id}
          startedAt={task.startedAt}
          subject={busy?.subject ?? null}
          over={isOver(task.state)}
        />
      </div>
      <CliLine command={cli} />
    </>
  );
}

function RunActions({ task }: { task: TaskView }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const cancel = useMutation(trpc.tasks.cancel.mutationOptions());
  const retry = useMutation(trpc.tasks.retry.mutationOptions());
  const noRight = rights['apply-changes'] ? null : 'that takes the right to apply changes';
  const error = cancel.error ?? retry.error;
  return (
    <div className="actions">
      {canTask.cancel(task.state) ? (
        <Button refusal={noRight ?? stale} pending={cancel.isPending} onClick={() => cancel.mutate({ id: task.id })}>
          Cancel after this step
        </Button>
      ) : null}
      {canTask.retry(task.state) ? (
        <Button
          look="primary"
          refusal={noRight ?? stale}
          pending={retry.isPending}
          onClick={() => retry.mutate({ id: task.id })}
        >
          Retry from {task.state === 'failed' ? 'the failed step' : 'where it stopped'}
        </Button>
      ) : null}
      {error ? <ErrorView what="Not done." error={error} /> : null}
    </div>
  );
}

function RunFailure({ task }: { task: TaskView }) {
  if (task.state !== 'failed' && task.state !== 'cancelled') return null;
  if (task.state === 'cancelled') {
    return (
      <Callout state="stopped" title="Cancelled.">
        What was done stays done. Pending changes stay listed until they have been applied.
      </Callout>
    );
  }
  const lane = task.stages.flatMap((stage) => stage.lanes).find((each) => laneState(each) === 'failed');
  const step = lane ? currentStep(lane) : null;
  const [first = '', ...causes] = (task.error ?? step?.error ?? 'The run failed.').split(' ← ');
  return (
    <Callout state="failed" title={step ? `Failed at: ${step.title}` : 'Failed before its first step'}>
      <p>{first}</p>
      {causes.length > 0 ? <p className="cap">because {causes.join(', because ')}</p> : null}
      <p className="cap">The log below ends where it failed. Steps that are done are not repeated by a retry.</p>
    </Callout>
  );
}

function stageSum(task: TaskView): string {
  const number = (state: string) => task.stages.filter((stage) => stage.state === state).length;
  const parts = [
    `${number('done')} done`,
    number('running') > 0 ? `${number('running')} running` : null,
    number('failed') > 0 ? `${number('failed')} failed` : null,
    number('waiting') > 0 ? `${number('waiting')} waiting` : null,
  ];
  return parts.filter(Boolean).join(', ');
}
