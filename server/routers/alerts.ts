import { z } from 'zod';
import { AlertState } from '#model/alert.ts';
import { acknowledgeAlert } from '#server/alerts/acknowledge-alert.ts';
import { countAlerts, listAlerts, readAlert } from '#server/alerts/list-alerts.ts';
import { muteAlert } from '#server/alerts/mute-alert.ts';
import { procedureFor, router } from './trpc.ts';

const AlertId = z.strictObject({ id: z.number().int().positive() });
const WEEK_MINUTES = 7 * 24 * 60;

export const alertsRouter = router({
  list: procedureFor('view')
    .input(
      z.strictObject({
        state: AlertState.nullable(),
        limit: z.number().int().min(1).max(200),
        before: z.number().int().positive().optional(),
      }),
    )
    .query(({ ctx, input }) => listAlerts(ctx.tx, input)),

  read: procedureFor('view')
    .input(AlertId)
    .query(({ ctx, input }) => readAlert(ctx.tx, input.id)),

  counts: procedureFor('view').query(({ ctx }) => countAlerts(ctx.tx, ctx.console.clock.now())),

  acknowledge: procedureFor('acknowledge-alert')
    .input(AlertId)
    .mutation(({ ctx, input }) => acknowledgeAlert(ctx.tx, input.id, ctx.actor)),

  /** `minutes: null` ends a mute. */
  mute: procedureFor('acknowledge-alert')
    .input(
      AlertId.extend({
        minutes: z.number().int().min(1, 'minutes: at least 1').max(WEEK_MINUTES, 'minutes: at most a week').nullable(),
      }),
    )
    .mutation(({ ctx, input }) => muteAlert(ctx.tx, input.id, input.minutes, ctx.actor)),
});
