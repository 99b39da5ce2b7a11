import { SamplesTab } from '#components/samples/samples-tab.tsx';
import { Hydrated, serverQueries } from '../../../../server-queries.tsx';

export default async function SamplesRoute({ params }: { params: Promise<{ cluster: string }> }) {
  const cluster = decodeURIComponent((await params).cluster);
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.samples.list.queryOptions({ cluster }));
  return (
    <Hydrated>
      <SamplesTab cluster={cluster} />
    </Hydrated>
  );
}
