import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { refusalOf } from './refusal.ts';

/**
 * Data is kept fresh by events, so nothing is refetched on its own; errors of reading are tried twice more. Pages await what they show:
 * a query handed over while pending would be there already when its data comes, and the first paint would lack it.
 */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenEnded }),
    mutationCache: new MutationCache({ onError: leaveWhenEnded }),
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !isRefusal(error),
      },
    },
  });

/** 4xx answers do not change by asking again. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('data' in error)) return false;
  const { data } = error;
  return typeof data === 'object' && data !== null && 'httpStatus' in data && Number(data.httpStatus) < 500;
}

/** A session that has ended leads to log-in and back; anything else stays where it is shown. */
function leaveWhenEnded(error: unknown): void {
  if (refusalOf(error).code === 'unauthenticated') leaveForLogIn();
}

let isLoggingOut = false;

/** To be called before the session ends: a read refused from then on is no reason to lead back to this page after the next log-in. */
export function beginLogOut(): void {
  isLoggingOut = true;
}

/** Log-in, and from there back to this page. */
export function leaveForLogIn(): void {
  if (typeof window === 'undefined' || isLoggingOut || window.location.pathname === links.login()) return;
  window.location.assign(`${links.login()}?next=${encodeURIComponent(window.location.pathname)}`);
}
