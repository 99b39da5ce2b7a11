import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { cliTwins } from '#components/cli-twins.ts';
import { TaskRun } from '#components/tasks/task-run.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ id: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Task ${(await params).id}`,
});

export default async function TaskPage({ params }: Props) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.tasks.read.queryOptions({ id }));
  return (
    <Hydrated>
      <TaskRun taskId={id} name={`Task ${id}`} cli={cliTwins.task(id)} />
    </Hydrated>
  );
}
