import type { Metadata } from 'next';
import { SettingsPage } from '#components/settings/settings-page.tsx';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsRoute() {
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.settings.about.queryOptions());
  return (
    <Hydrated>
      <SettingsPage />
    </Hydrated>
  );
}
