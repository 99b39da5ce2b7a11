import { redirect } from 'next/navigation';
import { links } from '#components/links.ts';
import { SettingsTab } from '#components/products/settings-tab.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

/** Without a form in the address: the first that needs a look. */
export default async function ProductRoute({ params }: { params: Promise<{ product: string }> }) {
  const { product } = await params;
  const { queryClient, trpc } = await serverQueries();
  const tiles = await queryClient.ensureQueryData(trpc.products.list.queryOptions()).catch(() => []);
  const tile = tiles.find((candidate) => candidate.slug === product);
  const form = tile?.forms.find((mark) => !mark.complete) ?? tile?.forms[0];
  if (form) redirect(links.product(product, form.name));
  return (
    <Hydrated>
      <SettingsTab slug={product} form={null} />
    </Hydrated>
  );
}
