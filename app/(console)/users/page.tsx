import type { Metadata } from 'next';
import { UsersPage } from '#components/users/users-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Users' };

export default async function UsersRoute() {
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.users.list.queryOptions());
  return (
    <Hydrated>
      <UsersPage />
    </Hydrated>
  );
}
