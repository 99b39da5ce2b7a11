import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { NEWEST_DRILLS } from '#components/drills/drill-limits.ts';
import { ConnectionBanner } from '#components/live/connection-banner.tsx';
import { LiveProvider } from '#components/live/live-provider.tsx';
import { StaleFrame } from '#components/live/stale-frame.tsx';
import { ProductDrop } from '#components/products/product-drop.tsx';
import { DirectorBanner } from '#components/shell/director-banner.tsx';
import { Rail, TabBar } from '#components/shell/rail.tsx';
import { isTheme, THEME_COOKIE } from '#components/shell/theme.ts';
import { TopBar } from '#components/shell/top-bar.tsx';
import { Toaster } from '#components/ui/toast.tsx';
import { Hydrated, serverQueries } from '../server-queries.tsx';

/** Frame of every page behind log-in. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { session, cursor, queryClient, trpc } = await serverQueries();
  const [jar] = await Promise.all([
    cookies(),
    queryClient.prefetchQuery(trpc.products.list.queryOptions()),
    queryClient.prefetchQuery(trpc.tasks.list.queryOptions({ states: ['queued', 'running', 'cancelling'], limit: 50 })),
    queryClient.prefetchQuery(trpc.settings.director.queryOptions()),
    queryClient.prefetchQuery(trpc.drills.list.queryOptions({ limit: NEWEST_DRILLS })),
  ]);
  const chosen = jar.get(THEME_COOKIE)?.value;
  return (
    <LiveProvider session={session} cursor={cursor}>
      <Hydrated>
        <a className="skip btn" href="#main">
          Skip to content
        </a>
        <ProductDrop>
          <Rail theme={isTheme(chosen) ? chosen : 'system'} />
          <TopBar />
          <main id="main" tabIndex={-1}>
            <ConnectionBanner />
            <DirectorBanner />
            <StaleFrame>{children}</StaleFrame>
          </main>
          <TabBar />
        </ProductDrop>
        <Toaster />
      </Hydrated>
    </LiveProvider>
  );
}
