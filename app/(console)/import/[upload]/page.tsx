import type { Metadata } from 'next';
import { ConfirmImport } from '#components/products/confirm-import.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

export const metadata: Metadata = { title: 'Import a product' };

export default async function ImportRoute({ params }: { params: Promise<{ upload: string }> }) {
  const { upload } = await params;
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.uploads.read.queryOptions({ upload }));
  return (
    <Hydrated>
      <ConfirmImport upload={upload} />
    </Hydrated>
  );
}
