import { z } from 'zod';
import { type SampleAnswer, SampleId, type SampleView } from '#model/sample.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { askSample } from '#server/samples/ask-sample.ts';
import { listSamples } from '#server/samples/list-samples.ts';
import { deploySample, removeSample } from '#server/samples/request-sample.ts';
import { openProcedure, ownProcedure, router } from './trpc.ts';

const OnCluster = z.strictObject({ cluster: z.string().min(1) });
const Chosen = OnCluster.extend({ sample: SampleId });

export const samplesRouter = router({
  list: ownProcedure
    .input(OnCluster)
    .query(({ ctx, input }): Promise<SampleView[]> => listSamples(ctx.tx, input.cluster, ctx.actor)),
  deploy: ownProcedure.input(Chosen).mutation(({ ctx, input }) => deploySample(ctx.tx, input, ctx.actor)),
  remove: ownProcedure.input(Chosen).mutation(({ ctx, input }) => removeSample(ctx.tx, input, ctx.actor)),
  /** Waits for another machine, so no transaction is held meanwhile. */
  ask: openProcedure
    .input(Chosen.extend({ request: z.string().min(1), address: z.url().optional() }))
    .mutation(({ ctx, input }): Promise<SampleAnswer> => {
      if (!ctx.session) throw new TesseraError('unauthenticated', 'Your session has ended. Log in again.');
      return askSample({ pool: ctx.console.pool, clock: systemClock }, input, ctx.session.actor);
    }),
});
