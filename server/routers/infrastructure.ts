import { z } from 'zod';
import { InstanceAction } from '#model/deployment.ts';
import { changeInstance } from '#server/deployments/change-instance.ts';
import { listInfrastructure } from '#server/infrastructure/list-infrastructure.ts';
import { switchAz } from '#server/infrastructure/switch-az.ts';
import { procedureFor, router } from './trpc.ts';

const AzPower = z.strictObject({
  az: z.string().min(1),
  power: z.enum(['on', 'off']),
  reason: z.string().max(500).default(''),
});
const Change = z.strictObject({ instance: z.uuid(), action: InstanceAction, force: z.boolean().default(false) });

export const infrastructureRouter = router({
  list: procedureFor('view').query(({ ctx }) => listInfrastructure(ctx.tx)),
  changeInstance: procedureFor('use-infrastructure')
    .input(Change)
    .mutation(({ ctx, input }) => changeInstance(ctx.tx, input, ctx.actor)),
  setAzPower: procedureFor('use-infrastructure')
    .input(AzPower)
    .mutation(({ ctx, input }) => switchAz(ctx.tx, input, ctx.actor)),
});
