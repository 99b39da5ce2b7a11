import type { Metadata } from 'next';
import { CredentialsTab } from '#components/products/credentials-tab.tsx';
import { Hydrated } from '../../../../server-queries.tsx';

type Props = { params: Promise<{ product: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `${(await params).product} credentials`,
});

export default async function CredentialsTabRoute({ params }: Props) {
  return (
    <Hydrated>
      <CredentialsTab slug={(await params).product} />
    </Hydrated>
  );
}
