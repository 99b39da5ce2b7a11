import type { Metadata } from 'next';
import { ChannelsPage } from '#components/channels/channels-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Channels' };

export default async function ChannelsRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.channels.list.queryOptions()),
    queryClient.prefetchQuery(trpc.channels.deliveries.queryOptions({ limit: 50 })),
    queryClient.prefetchQuery(trpc.channels.address.queryOptions()),
  ]);
  return (
    <Hydrated>
      <ChannelsPage />
    </Hydrated>
  );
}
