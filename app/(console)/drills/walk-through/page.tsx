import type { Metadata } from 'next';
import { WalkThrough } from '#components/walkthrough/walk-through.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

export const metadata: Metadata = { title: 'HA walk-through' };

export default async function WalkThroughPage() {
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.clusters.list.queryOptions());
  return (
    <Hydrated>
      <WalkThrough />
    </Hydrated>
  );
}
