import { z } from 'zod';
import { NewUser } from '#model/user.ts';
import { createUser } from '#server/identity/create-user.ts';
import { listGroups } from '#server/identity/find-groups.ts';
import { listUsers } from '#server/identity/find-users.ts';
import { setGroups } from '#server/identity/set-groups.ts';
import { setPassword } from '#server/identity/set-password.ts';
import { deleteUser, updateUser } from '#server/identity/update-user.ts';
import { ownProcedure, procedureFor, router } from './trpc.ts';

const UserId = z.strictObject({ id: z.uuid() });

export const usersRouter = router({
  list: procedureFor('view-users').query(({ ctx }) => listUsers(ctx.tx)),
  groups: procedureFor('view-users').query(({ ctx }) => listGroups(ctx.tx)),
  create: procedureFor('manage-users')
    .input(NewUser)
    .mutation(({ ctx, input }) => createUser(ctx.tx, input, ctx.actor)),
  setGroups: procedureFor('manage-users')
    .input(UserId.extend({ groups: z.array(z.string()).max(100) }))
    .mutation(({ ctx, input }) => setGroups(ctx.tx, input.id, input.groups, ctx.actor)),
  setActive: procedureFor('manage-users')
    .input(UserId.extend({ active: z.boolean(), version: z.number().int() }))
    .mutation(({ ctx, input }) => updateUser(ctx.tx, input.id, { active: input.active }, input.version, ctx.actor)),
  remove: procedureFor('manage-users')
    .input(UserId)
    .mutation(({ ctx, input }) => deleteUser(ctx.tx, input.id, ctx.actor)),
  setPassword: ownProcedure
    .input(UserId.extend({ password: z.string(), oldPassword: z.string().optional() }))
    .mutation(({ ctx, input }) => setPassword(ctx.tx, input.id, input.password, ctx.actor, input.oldPassword)),
});
