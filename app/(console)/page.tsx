import type { Metadata } from 'next';
import { ProductsPage } from '#components/tiles/products-page.tsx';
import { Hydrated, serverQueries } from '../server-queries.tsx';

export const metadata: Metadata = { title: 'Products' };

export default async function ProductsRoute() {
  const { queryClient, trpc } = await serverQueries();
  await Promise.all([
    queryClient.prefetchQuery(trpc.products.available.queryOptions()),
    queryClient.prefetchQuery(trpc.installations.pending.queryOptions()),
    queryClient.prefetchQuery(trpc.tasks.list.queryOptions({ kinds: ['build-stemcell'], limit: 1 })),
  ]);
  return (
    <Hydrated>
      <ProductsPage />
    </Hydrated>
  );
}
