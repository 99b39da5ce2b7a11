'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '#components/live/live-provider.tsx';
import type { TaskLogLine } from '#model/task.ts';

/** Lines kept in the page; older ones are in the download. */
const KEPT = 100_000;

/** The log of a task, grown by what is new each time an event says so: nothing is read twice. */
export function useTaskLog(id: number) {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = [['task-log'], { input: { id }, type: 'query' }];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<TaskLogLine[]>(queryKey) ?? [];
      const fresh: TaskLogLine[] = [];
      for (;;) {
        const after = fresh.at(-1)?.seq ?? known.at(-1)?.seq ?? 0;
        const page = await api.tasks.log.query({ id, after }, { signal });
        fresh.push(...page);
        if (page.length === 0 || fresh.length > KEPT)
          return fresh.length === 0 ? known : [...known, ...fresh].slice(-KEPT);
      }
    },
  });
}
