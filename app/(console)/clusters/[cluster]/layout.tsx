import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ClusterFrame } from '#components/clusters/cluster-frame.tsx';
import { deploymentOfCluster } from '#model/cluster.ts';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ cluster: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: decodeURIComponent((await params).cluster),
});

/** What every tab of a cluster shares: name, verdict, actions, and the data of all three. */
export default async function ClusterLayout({ params, children }: Props & { children: ReactNode }) {
  const name = decodeURIComponent((await params).cluster);
  const { queryClient, trpc } = await serverQueries();
  const cluster = await queryClient.fetchQuery(trpc.clusters.read.queryOptions({ name })).catch(() => null);
  if (cluster) {
    await Promise.all([
      queryClient.prefetchQuery(trpc.instances.list.queryOptions({ deployment: deploymentOfCluster(cluster.uuid) })),
      queryClient.prefetchQuery(trpc.health.overview.queryOptions()),
      queryClient.prefetchQuery(trpc.drills.list.queryOptions({ cluster: name, limit: 50 })),
      cluster.taskId === null ? null : queryClient.prefetchQuery(trpc.tasks.read.queryOptions({ id: cluster.taskId })),
    ]);
  }
  return (
    <Hydrated>
      <ClusterFrame name={name}>{children}</ClusterFrame>
    </Hydrated>
  );
}
