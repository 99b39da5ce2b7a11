import type { Metadata } from 'next';
import { HealthPage } from '#components/health/health-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Health' };

export default async function HealthRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.health.overview.queryOptions()),
    queryClient.prefetchQuery(trpc.health.recoveries.queryOptions({ limit: 100 })),
    queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: 50 })),
  ]);
  return (
    <Hydrated>
      <HealthPage />
    </Hydrated>
  );
}
