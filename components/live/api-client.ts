'use client';

import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { CSRF_HEADER } from '#model/session.ts';
import type { AppRouter } from '#server/routers/app-router.ts';

const URL = '/api/trpc';

export type ApiClient = ReturnType<typeof createApiClient>;

/** One client a page; `csrf` is the session's value (any text before log-in). */
export function createApiClient(csrf: string) {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: URL }),
        // proxies refuse longer addresses; the rest goes in a second request
        false: httpBatchLink({ url: URL, maxURLLength: 2000, headers: { [CSRF_HEADER]: csrf } }),
      }),
    ],
  });
}
