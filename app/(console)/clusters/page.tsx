import type { Metadata } from 'next';
import { ClusterList } from '#components/clusters/cluster-list.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Clusters' };

export default async function ClustersPage() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.clusters.list.queryOptions()),
    queryClient.prefetchQuery(trpc.clusters.health.queryOptions()),
    queryClient.prefetchQuery(trpc.health.overview.queryOptions()),
    queryClient.prefetchQuery(trpc.drills.list.queryOptions({ limit: 500 })),
  ]);
  return (
    <Hydrated>
      <ClusterList />
    </Hydrated>
  );
}
