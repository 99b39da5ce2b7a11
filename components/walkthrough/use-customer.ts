'use client';

import { useQuery } from '@tanstack/react-query';
import { useApi } from '#components/live/live-provider.tsx';
import type { SampleView } from '#model/sample.ts';

/** Until it answers it is asked again this often: a pod may still be on its way, or somebody sends the requests by curl. */
const ASK_AGAIN_MS = 3000;

/** *Get customer 1*, asked when `round` changes (after each drill) and on demand; the answer is the proof that the data is there. */
export function useCustomer(cluster: string, sample: SampleView | undefined, round: number) {
  const api = useApi();
  const request = sample?.dataCheck ?? null;
  return useQuery({
    queryKey: ['get-customer', cluster, sample?.id ?? null, round],
    enabled: sample?.state === 'running' && request !== null,
    retry: false,
    refetchInterval: (query) => (query.state.data?.ok ? false : ASK_AGAIN_MS),
    queryFn: () => {
      if (!sample || request === null) throw new Error('no sample to ask');
      return api.samples.ask.mutate({ cluster, sample: sample.id, request });
    },
  });
}
