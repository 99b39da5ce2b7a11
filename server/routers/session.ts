import { inTransaction } from '#db/transaction.ts';
import { ACTIONS, type Action } from '#model/role.ts';
import type { SessionView } from '#model/session.ts';
import { SetUpRequest, SignInRequest } from '#model/user.ts';
import { may } from '#server/identity/authorize.ts';
import { isSetUp, setUp } from '#server/identity/set-up.ts';
import { signIn } from '#server/identity/sign-in.ts';
import { signOut } from '#server/identity/sign-out.ts';
import { handToDirector } from '#server/identity/unlock-socket.ts';
import { openProcedure, ownProcedure, router } from './trpc.ts';

export const sessionRouter = router({
  /** The session of the cookie, or null. */
  get: openProcedure.query(({ ctx }): SessionView | null => {
    if (!ctx.session) return null;
    const { actor, csrf } = ctx.session;
    const rights = Object.fromEntries(ACTIONS.map((action) => [action, may(actor, action)]));
    // every action is a key: the list above is the list of the type
    return { userName: actor.name, groups: [...actor.groups], csrf, rights: rights as Record<Action, boolean> };
  }),

  isSetUp: openProcedure.query(({ ctx }) => inTransaction(ctx.console.pool, isSetUp)),

  setUp: openProcedure.input(SetUpRequest).mutation(async ({ ctx, input }) => {
    const { pool, vault, config } = ctx.console;
    const made = await inTransaction(pool, (tx) => setUp(tx, vault, input));
    // with the key in no file the director learns of it here
    if (config.unlock === 'prompt') await handToDirector(config.state, input.passphrase);
    return made;
  }),

  signIn: openProcedure.input(SignInRequest).mutation(async ({ ctx, input }): Promise<{ userName: string }> => {
    // committed first, thrown after: the count of wrong tries must stay
    const outcome = await inTransaction(ctx.console.pool, (tx) => signIn(tx, { ...input, address: ctx.address }));
    if (!outcome.ok) throw outcome.error;
    ctx.setSession(outcome.token);
    return { userName: outcome.actor.name };
  }),

  signOut: ownProcedure.mutation(async ({ ctx }): Promise<{ done: true }> => {
    if (ctx.token) await signOut(ctx.tx, ctx.token);
    ctx.setSession(null);
    return { done: true };
  }),
});
