'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { isOver, progressPercent } from '#components/tasks/task-state.ts';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { ProgressBar } from '#components/ui/meter.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Ago, Clock } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import type { TaskView } from '#model/task.ts';
import { detectedWords, type Trouble, troublesOf } from './why-chain.ts';

type WhyProps = {
  cluster: ClusterView;
  deployment: string;
  instances: InstanceView[];
  repairs: ReadonlyMap<string, TaskView>;
  resurrects: boolean;
};

const MOST_LISTED = 6;

/** Cause → evidence → since → what the system does about it → what you can do; or, when all is green, how to connect. */
export function WhyNotGreen({ cluster, deployment, instances, repairs, resurrects }: WhyProps) {
  const trpc = useTRPC();
  const [chosen, setChosen] = useState<string | null>(null);
  const recoveries = useQuery(trpc.health.recoveries.queryOptions({ deployment, limit: 100 }));
  const overview = useQuery(trpc.health.overview.queryOptions());
  const alerts = useQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: 200 }));
  const inAction = cluster.lastActionState !== 'succeeded' && cluster.taskId !== null;
  const action = useQuery({ ...trpc.tasks.read.queryOptions({ id: cluster.taskId ?? 0 }), enabled: inAction });
  const troubles = troublesOf({
    cluster,
    actionError: action.data?.error ?? null,
    instances,
    repairs,
    open: (recoveries.data ?? []).filter((recovery) => recovery.recoveredAt === null),
    alerts: (alerts.data ?? []).filter((alert) => alert.deployment === deployment),
    resurrects,
    meltdown: overview.data?.meltdown ?? null,
  });
  const shown = troubles.find((trouble) => trouble.key === chosen) ?? troubles[0];
  if (!shown) return <Connect name={cluster.name} />;
  const others = troubles.filter((trouble) => trouble !== shown);
  return (
    <Card title={`Why is ${shown.name} not green?`} className="why">
      <Chain trouble={shown} task={tasksOf(shown, repairs, action.data)} resurrects={resurrects} />
      {others.length > 0 ? (
        <footer>
          <Others troubles={others.slice(0, MOST_LISTED)} onChoose={setChosen} />
          {others.length > MOST_LISTED ? (
            <p className="cap">and {count(others.length - MOST_LISTED, 'more', 'more')}</p>
          ) : null}
        </footer>
      ) : null}
    </Card>
  );
}

function tasksOf(
  trouble: Trouble,
  repairs: ReadonlyMap<string, TaskView>,
  action: TaskView | undefined,
): TaskView | null {
  return repairs.get(trouble.key) ?? (trouble.key === 'action' ? (action ?? null) : null);
}

function Chain({ trouble, task, resurrects }: { trouble: Trouble; task: TaskView | null; resurrects: boolean }) {
  const detected = detectedWords(trouble);
  return (
    <ol className="chain">
      <li>
        <small className="cap">Cause</small>
        <span>{trouble.cause}</span>
      </li>
      <li>
        <small className="cap">Evidence</small>
        <span>{trouble.evidence}</span>
      </li>
      {trouble.since ? (
        <li>
          <small className="cap">Since</small>
          <span>
            <Clock at={trouble.since} />, <Ago at={trouble.since} />
            {detected ? `, ${detected}` : null}
          </span>
        </li>
      ) : null}
      <li>
        <small className="cap">Doing</small>
        <span className="stack doing">
          {trouble.doing}
          {task && !isOver(task.state) ? (
            <ProgressBar percent={progressPercent(task.stages)} label={task.description} />
          ) : null}
        </span>
      </li>
      <li>
        <small className="cap">You can</small>
        <span className="row wrap">
          {trouble.taskId === null ? null : (
            <Link className="btn sm" href={links.task(trouble.taskId)}>
              {trouble.key === 'action' && trouble.state === 'failed' ? 'Open failure' : 'Watch'}
            </Link>
          )}
          {resurrects ? null : (
            <Link className="btn sm" href={`${links.health()}#repair`}>
              Turn repair on
            </Link>
          )}
          <Link className="btn sm" href={links.infrastructure(trouble.address ?? undefined)}>
            Infrastructure
          </Link>
        </span>
      </li>
    </ol>
  );
}

/** What else is not green: pressing one tells its chain. */
function Others({ troubles, onChoose }: { troubles: Trouble[]; onChoose: (key: string) => void }) {
  return (
    <ul className="others">
      {troubles.map((trouble) => (
        <li key={trouble.key}>
          <button type="button" data-state={trouble.state} onClick={() => onChoose(trouble.key)}>
            <StateShape state={trouble.state} />
            <span className="clip">{trouble.title}</span>
          </button>
        </li>
      ))}
    </ul>
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
