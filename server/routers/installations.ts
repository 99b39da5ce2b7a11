import { z } from 'zod';
import { listInstallations, readInstallation } from '#server/installations/list-installations.ts';
import { procedureFor, router } from './trpc.ts';

export const installationsRouter = router({
  list: procedureFor('view').query(({ ctx }) => listInstallations(ctx.tx)),
  read: procedureFor('view')
    .input(z.strictObject({ id: z.number().int().positive() }))
    .query(({ ctx, input }) => readInstallation(ctx.tx, input.id)),
});
