import { z } from 'zod';
import type { WorkloadsView } from '#model/workload.ts';
import { readWorkloads } from '#server/workloads/read-workloads.ts';
import { ownProcedure, router } from './trpc.ts';

export const workloadsRouter = router({
  read: ownProcedure
    .input(z.strictObject({ cluster: z.string().min(1) }))
    .query(({ ctx, input }): Promise<WorkloadsView> => readWorkloads(ctx.tx, input.cluster, ctx.actor)),
});
