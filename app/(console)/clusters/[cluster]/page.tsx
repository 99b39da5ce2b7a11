import type { Metadata } from 'next';
import { ClusterPage } from '#components/clusters/cluster-view.tsx';
import { deploymentOfCluster } from '#model/cluster.ts';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ cluster: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: decodeURIComponent((await params).cluster),
});

export default async function ClusterRoute({ params }: Props) {
  const name = decodeURIComponent((await params).cluster);
  const { queryClient, trpc } = await serverQueries();
  const cluster = await queryClient.fetchQuery(trpc.clusters.read.queryOptions({ name })).catch(() => null);
  if (cluster) {
    await Promise.all([
      queryClient.prefetchQuery(trpc.instances.list.queryOptions({ deployment: deploymentOfCluster(cluster.uuid) })),
      cluster.taskId === null ? null : queryClient.prefetchQuery(trpc.tasks.read.queryOptions({ id: cluster.taskId })),
    ]);
  }
  return (
    <Hydrated>
      <ClusterPage name={name} />
    </Hydrated>
  );
}
