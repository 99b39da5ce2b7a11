import type { Metadata } from 'next';
import { InfrastructurePage } from '#components/infrastructure/infrastructure-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Infrastructure' };

export default async function InfrastructureRoute(props: PageProps<'/infrastructure'>) {
  const [{ queryClient, trpc }, { search }] = await Promise.all([serverQueries(), props.searchParams]);
  await queryClient.prefetchQuery(trpc.infrastructure.list.queryOptions());
  return (
    <Hydrated>
      <InfrastructurePage search={typeof search === 'string' ? search : ''} />
    </Hydrated>
  );
}
