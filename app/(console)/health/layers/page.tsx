import type { Metadata } from 'next';
import { LayersPage } from '#components/health/layers-page.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

export const metadata: Metadata = { title: 'Layers' };

export default async function LayersRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.health.layers.queryOptions()),
    queryClient.prefetchQuery(trpc.health.recoveries.queryOptions({ limit: 500 })),
    queryClient.prefetchQuery(trpc.health.overview.queryOptions()),
  ]);
  return (
    <Hydrated>
      <LayersPage />
    </Hydrated>
  );
}
