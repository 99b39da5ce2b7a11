import { z } from 'zod';
import { Passphrase } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { listAudit } from '#server/audit/list-audit.ts';
import { readRootCertificate } from '#server/certificates/authority.ts';
import { readDirector } from '#server/health/read-director.ts';
import { handToDirector } from '#server/identity/unlock-socket.ts';
import { openProcedure, procedureFor, router, streamFor } from './trpc.ts';

export const settingsRouter = router({
  director: streamFor('view').query(({ ctx }) => readDirector(ctx.console.pool)),

  /** Where the key lies and what this console runs with. */
  about: procedureFor('view').query(({ ctx }) => ({
    vaultOpen: ctx.console.vault.isOpen,
    keyFile: ctx.console.config.unlock === 'file' ? `${ctx.console.config.state}/vault.key` : null,
    state: ctx.console.config.state,
    cache: ctx.console.config.cache,
    cpi: ctx.console.config.cpi,
    installation: ctx.console.config.installation.id,
    subnet: ctx.console.config.installation.subnet.cidr,
    ports: ctx.console.config.installation.ports,
    startedAt: ctx.console.startedAt.toISOString(),
    streams: ctx.console.streams,
  })),

  /** For the set-up page, before there is a session: where the key will lie. */
  keyPlace: openProcedure.query(({ ctx }) =>
    ctx.console.config.unlock === 'file' ? `${ctx.console.config.state}/vault.key` : null,
  ),

  /** Authority of what this installation signs for people (PEM): for `pks login --ca-cert` and browsers. */
  rootCertificate: procedureFor('view').query(({ ctx }) => readRootCertificate(ctx.tx, ctx.console.vault)),

  unlock: procedureFor('manage-settings')
    .input(z.strictObject({ passphrase: z.string() }))
    .mutation(async ({ ctx, input }): Promise<{ director: boolean }> => {
      const { vault, config } = ctx.console;
      await vault.unlock(ctx.tx, input.passphrase);
      await appendAudit(ctx.tx, ctx.actor, 'unlock', 'settings/vault');
      return { director: config.unlock === 'file' || (await handToDirector(config.state, input.passphrase)) };
    }),

  changePassphrase: procedureFor('manage-settings')
    .input(z.strictObject({ from: z.string(), to: Passphrase }))
    .mutation(async ({ ctx, input }) => {
      await ctx.console.vault.changePassphrase(ctx.tx, input.from, input.to);
      await appendAudit(ctx.tx, ctx.actor, 'change-passphrase', 'settings/vault');
    }),

  audit: procedureFor('view')
    .input(z.strictObject({ cursor: z.number().int().nullish(), direction: z.string().optional() }))
    .query(({ ctx, input }) => listAudit(ctx.tx, { before: input.cursor ?? null, limit: 100 })),
});
