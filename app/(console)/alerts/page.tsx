import type { Metadata } from 'next';
import { FEW_RESOLVED, MOST_OPEN } from '#components/alerts/alert-state.ts';
import { AlertsPage } from '#components/alerts/alerts-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Alerts' };

export default async function AlertsRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: MOST_OPEN })),
    queryClient.prefetchQuery(trpc.alerts.list.queryOptions({ state: 'resolved', limit: FEW_RESOLVED })),
    queryClient.prefetchQuery(trpc.channels.list.queryOptions()),
  ]);
  return (
    <Hydrated>
      <AlertsPage />
    </Hydrated>
  );
}
