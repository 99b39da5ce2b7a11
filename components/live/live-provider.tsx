'use client';

import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { SessionView } from '#model/session.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { createQueryClient } from './query-client.ts';
import { Refresher } from './refresher.ts';
import { type LiveState, StreamHub } from './stream-hub.ts';
import { TRPCProvider } from './trpc.ts';

type Live = { session: SessionView; api: ApiClient; hub: StreamHub | null };
const LiveContext = createContext<Live | null>(null);
const CONNECTING: LiveState = { state: 'connecting', since: 0 };

/** Query cache, API client and the live stream of one page. `cursor` is where the server read this page's data. */
export function LiveProvider({
  session,
  cursor,
  children,
}: {
  session: SessionView;
  cursor: string;
  children: ReactNode;
}) {
  const [queries] = useState<QueryClient>(createQueryClient);
  const [api] = useState(() => createApiClient(session.csrf));
  const [hub, setHub] = useState<StreamHub | null>(null);
  const [from] = useState(cursor);
  useEffect(() => {
    const refresher = new Refresher(queries);
    const made = new StreamHub(api, from, {
      onEvents: (events) => refresher.take(events),
      onGap: () => refresher.takeAll(),
    });
    made.start();
    setHub(made);
    return () => made.stop();
  }, [api, queries, from]);
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={api} queryClient={queries}>
        <LiveContext value={{ session, api, hub }}>{children}</LiveContext>
      </TRPCProvider>
    </QueryClientProvider>
  );
}

/** Stands beside data that the server read at `cursor`: news that overtook it on its way is applied again. */
export function CatchUp({ cursor }: { cursor: string }) {
  const { hub } = useLiveContext();
  useEffect(() => hub?.catchUp(cursor), [hub, cursor]);
  return null;
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('LiveProvider is missing above this component');
  return live;
}

/** Who is at the console and what they may do. */
export const useSession = (): SessionView => useLiveContext().session;

/** The client itself, for reads that are not one query (log pages). */
export const useApi = (): ApiClient => useLiveContext().api;

const NOTHING = () => () => undefined;

/** Whether what is shown is live: green may be shown only then. */
export function useLiveState(): LiveState {
  const { hub } = useLiveContext();
  return useSyncExternalStore(
    hub ? (watcher) => hub.watch(watcher) : NOTHING,
    () => hub?.state ?? CONNECTING,
    () => CONNECTING,
  );
}
