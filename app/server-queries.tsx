import 'server-only';

import { dehydrate, HydrationBoundary } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache, type ReactNode } from 'react';
import { links } from '#components/links.ts';
import { CatchUp } from '#components/live/live-provider.tsx';
import { createQueryClient } from '#components/live/query-client.ts';
import { serverCaller } from '#server/routers/caller.ts';

/**
 * What server components of one request share: session, position in the event stream (read before any data, so that nothing is missed),
 * and a query cache that goes to the browser with the page. Without a session it leads to log-in, before set-up to set-up.
 */
export const serverQueries = cache(async () => {
  const { caller, context, router } = await serverCaller(await headers());
  const session = await caller.session.get();
  if (!session) redirect((await caller.session.isSetUp()) ? links.login() : links.setup());
  const cursor = await caller.events.cursor();
  const queryClient = createQueryClient();
  const trpc = createTRPCOptionsProxy({ ctx: context, router, queryClient });
  return { session, cursor, queryClient, trpc, caller };
});

/** Hands what was read on the server to the components below. */
export async function Hydrated({ children }: { children: ReactNode }) {
  const { queryClient, cursor } = await serverQueries();
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <CatchUp cursor={cursor} />
      {children}
    </HydrationBoundary>
  );
}
