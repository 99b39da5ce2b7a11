import { tracked } from '@trpc/server';
import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import type { TesseraEvent } from '#model/event.ts';
import { currentCursor, followEvents } from '#server/events/follow-events.ts';
import { verifySession } from '#server/identity/verify-session.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Context } from './context.ts';
import { router, streamFor } from './trpc.ts';

/** A stream outlives the request that opened it: whoever logged out or lost the account hears nothing more after this long. */
const RECHECK_MS = 5000;

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
        let checkedAt = holder.clock.monotonic();
        for await (const batch of news) {
          if (holder.clock.monotonic() - checkedAt > RECHECK_MS) {
            await refuseEnded(ctx);
            checkedAt = holder.clock.monotonic();
          }
          const last = batch.at(-1);
          if (last) yield tracked(last.cursor, batch satisfies TesseraEvent[]);
        }
      } finally {
        holder.streams -= 1;
      }
    }),
});

async function refuseEnded({ console: holder, token }: Context): Promise<void> {
  const session = token === null ? null : await inTransaction(holder.pool, (tx) => verifySession(tx, token));
  if (!session) throw new TesseraError('unauthenticated', 'Your session has ended. Log in again.');
}
