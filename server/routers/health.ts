import { z } from 'zod';
import { DetectorSettings, Layer, MeltdownSettings, Resurrection } from '#model/health.ts';
import { authorizeDeployment } from '#server/health/authorize-deployment.ts';
import {
  readDetectorSettings,
  saveDetectorSettings,
  saveMeltdownSettings,
  saveResurrection,
} from '#server/health/health-settings.ts';
import { listMarks } from '#server/health/list-marks.ts';
import { listRecoveries } from '#server/health/list-recoveries.ts';
import { readLayers } from '#server/health/read-layers.ts';
import { readOverview } from '#server/health/read-overview.ts';
import { readVitals } from '#server/health/read-vitals.ts';
import { ownProcedure, procedureFor, router } from './trpc.ts';

const Deployment = z.string().min(1);
const Recoveries = z.strictObject({
  deployment: Deployment.optional(),
  layer: Layer.optional(),
  limit: z.number().int().min(1).max(1000),
});
const Timeline = z.strictObject({
  deployment: Deployment.nullable(),
  hours: z
    .number()
    .positive()
    .max(24 * 14),
});

export const healthRouter = router({
  overview: ownProcedure.query(({ ctx }) => readOverview(ctx.tx, ctx.actor)),
  layers: procedureFor('view').query(({ ctx }) => readLayers(ctx.tx)),
  recoveries: ownProcedure.input(Recoveries).query(async ({ ctx, input }) => {
    await authorizeDeployment(ctx.tx, ctx.actor, input.deployment ?? null);
    return listRecoveries(ctx.tx, { deployment: input.deployment, layer: input.layer, limit: input.limit });
  }),
  timeline: ownProcedure.input(Timeline).query(async ({ ctx, input }) => {
    await authorizeDeployment(ctx.tx, ctx.actor, input.deployment);
    return listMarks(ctx.tx, input);
  }),
  vitals: ownProcedure.input(z.strictObject({ deployment: Deployment })).query(async ({ ctx, input }) => {
    await authorizeDeployment(ctx.tx, ctx.actor, input.deployment);
    return readVitals(ctx.tx, input.deployment);
  }),
  setResurrection: procedureFor('repair')
    .input(Resurrection)
    .mutation(({ ctx, input }) => saveResurrection(ctx.tx, input, ctx.actor)),
  setMeltdown: procedureFor('manage-settings')
    .input(MeltdownSettings)
    .mutation(({ ctx, input }) => saveMeltdownSettings(ctx.tx, input, ctx.actor)),
  detector: procedureFor('view').query(({ ctx }) => readDetectorSettings(ctx.tx)),
  setDetector: procedureFor('manage-settings')
    .input(DetectorSettings)
    .mutation(({ ctx, input }) => saveDetectorSettings(ctx.tx, input, ctx.actor)),
});
