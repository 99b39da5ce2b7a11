import type { Metadata } from 'next';
import { SettingsTab } from '#components/products/settings-tab.tsx';
import { Hydrated, serverQueries } from '../../../../server-queries.tsx';

type Props = { params: Promise<{ product: string; form: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `${(await params).product} settings`,
});

export default async function FormRoute({ params }: Props) {
  const { product, form } = await params;
  const { queryClient, trpc } = await serverQueries();
  const tiles = await queryClient.ensureQueryData(trpc.products.list.queryOptions()).catch(() => []);
  const tile = tiles.find((candidate) => candidate.slug === product);
  if (tile) await queryClient.prefetchQuery(trpc.products.form.queryOptions({ guid: tile.guid, form }));
  return (
    <Hydrated>
      <SettingsTab slug={product} form={form} />
    </Hydrated>
  );
}
