import { WorkloadsTab } from '#components/workloads/workloads-tab.tsx';
import { Hydrated, serverQueries } from '../../../../server-queries.tsx';

export default async function WorkloadsRoute({ params }: { params: Promise<{ cluster: string }> }) {
  const cluster = decodeURIComponent((await params).cluster);
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.workloads.read.queryOptions({ cluster }));
  return (
    <Hydrated>
      <WorkloadsTab cluster={cluster} />
    </Hydrated>
  );
}
