'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { figuresOf, progressPercent } from '#components/tasks/task-state.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Link } from '#components/ui/link.tsx';
import { ProgressBar } from '#components/ui/meter.tsx';
import { Elapsed } from '#components/ui/time.tsx';

/** While a stemcell is being built (or its build failed): progress and the way to its log. Applying waits for it. */
export function StemcellCard() {
  const trpc = useTRPC();
  const builds = useQuery(trpc.tasks.list.queryOptions({ kinds: ['build-stemcell'], limit: 1 }));
  const [latest] = builds.data ?? [];
  if (!latest || latest.state === 'succeeded') return null;
  return <Build id={latest.id} />;
}

function Build({ id }: { id: number }) {
  const trpc = useTRPC();
  const { data: task } = useQuery(trpc.tasks.read.queryOptions({ id }));
  if (!task) return null;
  const figures = figuresOf(task);
  const failed = task.state === 'failed' || task.state === 'cancelled';
  return (
    <section className="card pad stack small-gap" aria-label="Stemcell">
      <p className="row">
        <strong>{task.description}</strong>
        <StateBadge state={failed ? 'failed' : 'working'} word={failed ? 'Not built' : 'Building'} />
        <Link className="btn sm push" href={links.task(task.id)}>
          {failed ? 'Open failure' : 'Watch'}
        </Link>
      </p>
      {failed ? (
        <p className="fault">{task.error ?? 'The build was cancelled. Retry goes on from the cache.'}</p>
      ) : (
        <ProgressBar percent={progressPercent(task.stages)} label="Stemcell build" />
      )}
      <p className="cap">
        {figures.stage ? `Stage ${figures.step} of ${figures.steps}: ${figures.stage}` : 'Waiting to start'}
        {task.startedAt ? (
          <>
            {' '}
            · <Elapsed from={task.startedAt} to={task.finishedAt} />
          </>
        ) : null}{' '}
        · configure meanwhile; Apply waits for it
      </p>
    </section>
  );
}
