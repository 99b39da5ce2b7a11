import { tracked } from '@trpc/server';
import { z } from 'zod';
import type { TesseraEvent } from '#model/event.ts';
import { currentCursor, followEvents } from '#server/events/follow-events.ts';
import { router, streamFor } from './trpc.ts';

export const eventsRouter = router({
  /** Position from which a page that is being read now must follow. */
  cursor: streamFor('view').query(({ ctx }) => currentCursor(ctx.console.pool)),

  /** The one stream of a browser: all news after `lastEventId`, in commit order, in batches. */
  follow: streamFor('view')
    .input(z.strictObject({ lastEventId: z.string().regex(/^\d+\.\d+$/) }))
    .subscription(async function* ({ ctx, input, signal }) {
      const { console: holder } = ctx;
      holder.streams += 1;
      try {
        const news = followEvents({
          pool: holder.pool,
          databaseUrl: holder.config.databaseUrl,
          clock: holder.clock,
          from: input.lastEventId,
          signal: signal ?? AbortSignal.timeout(0),
        });
        for await (const batch of news) {
          const last = batch.at(-1);
          if (last) yield tracked(last.cursor, batch satisfies TesseraEvent[]);
        }
      } finally {
        holder.streams -= 1;
      }
    }),
});
