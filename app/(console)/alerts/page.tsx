import type { Metadata } from 'next';
import { AlertsPage } from '#components/alerts/alerts-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Alerts' };

export default async function AlertsRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: 200 })),
    queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'resolved', limit: 50 })),
    queryClient.prefetchQuery(trpc.channels.list.queryOptions()),
  ]);
  return (
    <Hydrated>
      <AlertsPage />
    </Hydrated>
  );
}
