import { QueryClient } from '@tanstack/react-query';

/**
 * Data is kept fresh by events, so nothing is refetched on its own; errors of reading are tried twice more. Pages await what they show:
 * a query handed over while pending would be there already when its data comes, and the first paint would lack it.
 */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
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
