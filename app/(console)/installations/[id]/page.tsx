import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { InstallationRun } from '#components/installations/installation-run.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ id: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Installation ${(await params).id}`,
});

export default async function InstallationPage({ params }: Props) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const { queryClient, trpc } = await serverQueries();
  const installation = await queryClient.fetchQuery(trpc.installations.read.queryOptions({ id })).catch(() => null);
  if (installation) await queryClient.prefetchQuery(trpc.tasks.read.queryOptions({ id: installation.taskId }));
  return (
    <Hydrated>
      <InstallationRun id={id} />
    </Hydrated>
  );
}
