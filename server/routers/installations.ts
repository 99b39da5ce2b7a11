import { z } from 'zod';
import { listInstallations, readInstallation } from '#server/installations/list-installations.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { reviewInstallation } from '#server/installations/review-installation.ts';
import { procedureFor, router } from './trpc.ts';

const Apply = z.strictObject({
  guids: z.union([z.literal('all'), z.array(z.string()).min(1)]),
  /** For this run only: guid → errand → on. */
  errands: z.record(z.string(), z.record(z.string(), z.boolean())),
});

export const installationsRouter = router({
  list: procedureFor('view').query(({ ctx }) => listInstallations(ctx.tx)),
  read: procedureFor('view')
    .input(z.strictObject({ id: z.number().int().positive() }))
    .query(({ ctx, input }) => readInstallation(ctx.tx, input.id)),
  pending: procedureFor('view').query(({ ctx }) => reviewInstallation(ctx.tx)),
  request: procedureFor('apply-changes')
    .input(Apply)
    .mutation(({ ctx, input }) => requestInstallation(ctx.tx, input, ctx.actor)),
});
