import { z } from 'zod';
import { Channel } from '#model/channel.ts';
import { readConsoleUrl, setConsoleUrl } from '#server/notify/console-url.ts';
import { listChannels } from '#server/notify/list-channels.ts';
import { listDeliveries } from '#server/notify/list-deliveries.ts';
import { removeChannel, saveChannel } from '#server/notify/save-channel.ts';
import { testChannel } from '#server/notify/test-channel.ts';
import { procedureFor, router } from './trpc.ts';

const ChannelId = z.strictObject({ id: z.uuid() });

export const channelsRouter = router({
  list: procedureFor('view').query(({ ctx }) => listChannels(ctx.tx)),

  save: procedureFor('manage-settings')
    .input(
      z.strictObject({
        id: z.uuid().nullable(),
        channel: Channel,
        secrets: z.record(z.string().max(64), z.string().max(4096)),
      }),
    )
    .mutation(({ ctx, input }) => saveChannel(ctx.tx, ctx.console.vault, input, ctx.actor)),

  remove: procedureFor('manage-settings')
    .input(ChannelId)
    .mutation(({ ctx, input }) => removeChannel(ctx.tx, ctx.console.vault, input.id, ctx.actor)),

  test: procedureFor('manage-settings')
    .input(ChannelId)
    .mutation(({ ctx, input }) => testChannel(ctx.tx, ctx.console.clock, input.id, ctx.actor)),

  deliveries: procedureFor('view')
    .input(
      z.strictObject({
        alertId: z.number().int().positive().optional(),
        channelId: z.uuid().optional(),
        before: z.number().int().positive().optional(),
        limit: z.number().int().min(1).max(200),
      }),
    )
    .query(({ ctx, input }) => listDeliveries(ctx.tx, input)),

  /** Address of the console in messages; `shown` is what they say now. */
  address: procedureFor('view').query(async ({ ctx }) => {
    const set = await readConsoleUrl(ctx.tx);
    return { set, shown: set ?? `http://127.0.0.1:${ctx.console.config.installation.ports.console}` };
  }),

  setAddress: procedureFor('manage-settings')
    .input(z.strictObject({ url: z.url({ protocol: /^https?$/, error: 'url: give an http(s) address' }) }))
    .mutation(({ ctx, input }) => setConsoleUrl(ctx.tx, input.url, ctx.actor)),
});
