import type { Metadata } from 'next';
import { DRILLS_READ } from '#components/drills/drill-limits.ts';
import { DrillList } from '#components/drills/drill-list.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Drills' };

export default async function DrillsPage() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.drills.list.queryOptions({ limit: DRILLS_READ })),
    queryClient.prefetchQuery(trpc.clusters.list.queryOptions()),
  ]);
  return (
    <Hydrated>
      <DrillList />
    </Hydrated>
  );
}
