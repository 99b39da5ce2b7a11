'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { runHref } from '#components/tasks/run-href.ts';
import { figuresOf, isOver, progressPercent } from '#components/tasks/task-state.ts';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ProgressBar } from '#components/ui/meter.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { instanceState } from '#model/instance-state.ts';
import type { TaskView } from '#model/task.ts';

/** Cause → evidence → what the system does about it → what you can do; or, when all is green, how to connect. */
export function WhyNotGreen({ cluster, instances }: { cluster: ClusterView; instances: InstanceView[] }) {
  const broken = instances.filter((instance) => instanceState(instance) !== 'running');
  if (cluster.lastActionState === 'succeeded' && broken.length === 0) return <Connect name={cluster.name} />;
  return <Why cluster={cluster} broken={broken} />;
}

function Why({ cluster, broken }: { cluster: ClusterView; broken: InstanceView[] }) {
  const trpc = useTRPC();
  const inAction = cluster.lastActionState !== 'succeeded';
  const running = useQuery(trpc.tasks.list.queryOptions({ states: ['queued', 'running', 'cancelling'], limit: 50 }));
  const repair = running.data?.find(
    (task) => task.kind === 'repair-instance' && broken.some((instance) => task.subject === instance.id),
  );
  const taskId = inAction ? cluster.taskId : (repair?.id ?? null);
  const task = useQuery({ ...trpc.tasks.read.queryOptions({ id: taskId ?? 0 }), enabled: taskId !== null });
  const [first] = broken;
  return (
    <Card title={inAction || !first ? 'Why is it not green?' : `Why is ${nameOf(first)} not green?`}>
      <ol className="chain pad">
        <li>
          <small className="cap">Cause</small>
          <span>
            {inAction
              ? `${cluster.lastAction.toLowerCase()} ${cluster.lastActionState}`
              : broken.map(nameOf).join(', ')}
          </span>
        </li>
        <li>
          <small className="cap">Evidence</small>
          <span>{task.data?.error ?? (first ? evidenceOf(first) : cluster.lastActionDescription)}</span>
        </li>
        {first?.lastHeardAt && !inAction ? (
          <li>
            <small className="cap">Heard</small>
            <span>
              <Ago at={first.lastHeardAt} />
            </span>
          </li>
        ) : null}
        {task.data && !isOver(task.data.state) ? (
          <li>
            <small className="cap">Doing</small>
            <Doing task={task.data} />
          </li>
        ) : null}
        {task.data ? (
          <li>
            <small className="cap">You can</small>
            <span className="row wrap">
              <Link className="btn sm" href={runHref(task.data)}>
                {task.data.state === 'failed' ? 'Open failure' : 'Watch'}
              </Link>
            </span>
          </li>
        ) : null}
      </ol>
    </Card>
  );
}

function Doing({ task }: { task: TaskView }) {
  const figures = figuresOf(task);
  return (
    <div className="stack doing">
      <span>
        {figures.stage
          ? `${figures.stage}, stage ${figures.step} of ${figures.steps}`
          : `${task.description}: waiting to start`}
      </span>
      <ProgressBar percent={progressPercent(task.stages)} label={task.description} />
    </div>
  );
}

function Connect({ name }: { name: string }) {
  return (
    <Card title="Connect">
      <div className="pad stack connect">
        <p className="muted">Get the kubeconfig, then use kubectl as ever.</p>
        {[cliTwins.credentials(name), 'kubectl get nodes'].map((command) => (
          <p key={command} className="cli">
            <code className="clip grow">{command}</code>
            <CopyButton text={command} label="Copy command" iconOnly />
          </p>
        ))}
      </div>
    </Card>
  );
}

const nameOf = (instance: InstanceView): string => `${instance.group}/${instance.index}`;

function evidenceOf(instance: InstanceView): string {
  const failing = instance.processes.find((process) => process.state === 'failing');
  if (failing) {
    return `${failing.name} is failing${failing.lastExit ? `: ${failing.lastExit}` : ''}, ${failing.restarts} restarts`;
  }
  if (instance.vmCid === null) return 'it has no VM yet';
  return `its agent says ${instance.jobState}`;
}
