import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { DrillRun } from '#components/drills/drill-run.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ drill: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Drill ${(await params).drill}`,
});

export default async function DrillPage({ params }: Props) {
  const id = Number((await params).drill);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const { queryClient, trpc } = await serverQueries();
  const drill = await queryClient.fetchQuery(trpc.drills.read.queryOptions({ id })).catch(() => null);
  if (drill) {
    await Promise.all([
      queryClient.prefetchQuery(trpc.drills.marks.queryOptions({ id })),
      queryClient.prefetchQuery(trpc.instances.list.queryOptions({ deployment: drill.deployment })),
      queryClient.prefetchQuery(trpc.workloads.read.queryOptions({ cluster: drill.cluster })),
    ]);
  }
  return (
    <Hydrated>
      <DrillRun id={id} />
    </Hydrated>
  );
}
