import type { Metadata } from 'next';
import { ReviewPage } from '#components/apply/review-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Review pending changes' };

export default async function ReviewRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.installations.pending.queryOptions()),
    queryClient.prefetchQuery(trpc.installations.list.queryOptions()),
    queryClient.prefetchQuery(trpc.tasks.list.queryOptions({ kinds: ['build-stemcell'], limit: 1 })),
  ]);
  return (
    <Hydrated>
      <ReviewPage />
    </Hydrated>
  );
}
