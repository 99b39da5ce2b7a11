import type { Metadata } from 'next';
import { ActivityPage } from '#components/activity/activity-page.tsx';
import { ACTIVITY_VIEWS } from '#components/activity/views.ts';
import { Hydrated, serverQueries } from '../../server-queries.tsx';

export const metadata: Metadata = { title: 'Activity' };

export default async function ActivityRoute({ searchParams }: { searchParams: Promise<{ view?: string }> }) {
  const { view: asked } = await searchParams;
  const view = ACTIVITY_VIEWS.find((candidate) => candidate === asked) ?? 'runs';
  const { queryClient, trpc } = await serverQueries();
  if (view === 'runs') await queryClient.prefetchQuery(trpc.tasks.list.queryOptions({}));
  if (view === 'log') await queryClient.prefetchQuery(trpc.installations.list.queryOptions());
  return (
    <Hydrated>
      <ActivityPage view={view} />
    </Hydrated>
  );
}
