import { ClusterOverview } from '#components/clusters/cluster-overview.tsx';
import { deploymentOfCluster } from '#model/cluster.ts';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

type Props = { params: Promise<{ cluster: string }> };

export default async function ClusterRoute({ params }: Props) {
  const name = decodeURIComponent((await params).cluster);
  const { queryClient, trpc } = await serverQueries();
  const cluster = await queryClient.fetchQuery(trpc.clusters.read.queryOptions({ name })).catch(() => null);
  if (cluster) {
    const deployment = deploymentOfCluster(cluster.uuid);
    await Promise.all([
      queryClient.prefetchQuery(trpc.health.recoveries.queryOptions({ deployment, limit: 100 })),
      queryClient.prefetchQuery(trpc.workloads.read.queryOptions({ cluster: name })),
      queryClient.prefetchQuery(trpc.health.vitals.queryOptions({ deployment })),
      queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: 200 })),
    ]);
  }
  return (
    <Hydrated>
      <ClusterOverview name={name} />
    </Hydrated>
  );
}
