import type { Metadata } from 'next';
import { StatusTab } from '#components/products/status-tab.tsx';
import { Hydrated } from '../../../../server-queries.tsx';

type Props = { params: Promise<{ product: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `${(await params).product} status`,
});

export default async function StatusTabRoute({ params }: Props) {
  return (
    <Hydrated>
      <StatusTab slug={(await params).product} />
    </Hydrated>
  );
}
