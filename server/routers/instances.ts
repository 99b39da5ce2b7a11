import { z } from 'zod';
import { listInstances, readInstance } from '#server/deployments/list-instances.ts';
import { procedureFor, router } from './trpc.ts';

export const instancesRouter = router({
  list: procedureFor('view')
    .input(z.strictObject({ deployment: z.string().min(1) }))
    .query(({ ctx, input }) => listInstances(ctx.tx, input)),
  read: procedureFor('view')
    .input(z.strictObject({ instance: z.uuid() }))
    .query(({ ctx, input }) => readInstance(ctx.tx, input.instance)),
});
