import type { Metadata } from 'next';
import { NewDrill } from '#components/drills/new-drill.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

export const metadata: Metadata = { title: 'Run a drill' };

export default async function NewDrillPage() {
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.clusters.list.queryOptions());
  return (
    <Hydrated>
      <NewDrill />
    </Hydrated>
  );
}
