'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { createApiClient } from '#components/live/api-client.ts';
import { createQueryClient } from '#components/live/query-client.ts';
import { TRPCProvider } from '#components/live/trpc.ts';

/** API of the pages before log-in: no session, no stream. */
export function EntryProvider({ children }: { children: ReactNode }) {
  const [queries] = useState(createQueryClient);
  const [api] = useState(() => createApiClient('before log-in'));
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={api} queryClient={queries}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
