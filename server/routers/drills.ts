import { z } from 'zod';
import { DrillRequest } from '#model/drill.ts';
import { listDrills, readDrill } from '#server/drills/list-drills.ts';
import { previewDrill } from '#server/drills/preview-drill.ts';
import { readDrillMarks, readReport, readStrips } from '#server/drills/read-strips.ts';
import { startDrill } from '#server/drills/start-drill.ts';
import { stopDrill } from '#server/drills/stop-drill.ts';
import { ownProcedure, procedureFor, router } from './trpc.ts';

const DrillId = z.strictObject({ id: z.number().int().positive() });
const DEFAULT_LIMIT = 50;

export const drillsRouter = router({
  list: ownProcedure
    .input(
      z.strictObject({
        cluster: z.string().optional(),
        limit: z.number().int().min(1).max(500).default(DEFAULT_LIMIT),
      }),
    )
    .query(({ ctx, input }) => listDrills(ctx.tx, input, ctx.actor)),

  read: ownProcedure.input(DrillId).query(({ ctx, input }) => readDrill(ctx.tx, input.id, ctx.actor)),

  preview: ownProcedure.input(DrillRequest).query(({ ctx, input }) => previewDrill(ctx.tx, input, ctx.actor)),

  start: procedureFor('run-drill')
    .input(DrillRequest)
    .mutation(({ ctx, input }) => startDrill(ctx.tx, input, ctx.actor)),

  stop: procedureFor('run-drill')
    .input(DrillId)
    .mutation(({ ctx, input }) => stopDrill(ctx.tx, input.id, ctx.actor)),

  /** `seconds`: only the last so many. */
  strips: ownProcedure
    .input(DrillId.extend({ seconds: z.number().int().min(1).max(3600).optional() }))
    .query(({ ctx, input }) => readStrips(ctx.tx, input, ctx.actor)),

  marks: ownProcedure.input(DrillId).query(({ ctx, input }) => readDrillMarks(ctx.tx, input.id, ctx.actor)),

  report: ownProcedure.input(DrillId).query(({ ctx, input }) => readReport(ctx.tx, input.id, ctx.actor)),
});
