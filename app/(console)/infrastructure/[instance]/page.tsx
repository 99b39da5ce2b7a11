import type { Metadata } from 'next';
import { ProcessesPage } from '#components/infrastructure/processes-page.tsx';
import { Hydrated, serverQueries } from '../../../server-queries.tsx';

export const metadata: Metadata = { title: 'Processes' };

export default async function ProcessesRoute(props: PageProps<'/infrastructure/[instance]'>) {
  const [{ queryClient, trpc }, { instance }] = await Promise.all([serverQueries(), props.params]);
  await queryClient.prefetchQuery(trpc.instances.read.queryOptions({ instance }));
  return (
    <Hydrated>
      <ProcessesPage instance={instance} />
    </Hydrated>
  );
}
