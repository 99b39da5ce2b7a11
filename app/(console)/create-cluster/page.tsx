import type { Metadata } from 'next';
import { CreateClusterForm } from '#components/clusters/create-cluster-form.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Create cluster' };

export default async function CreateClusterPage() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.clusters.service.queryOptions()),
    queryClient.prefetchQuery(trpc.clusters.capacity.queryOptions()),
  ]);
  return (
    <Hydrated>
      <CreateClusterForm />
    </Hydrated>
  );
}
