import { desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { drills } from '#db/schema/drills.ts';
import type { Tx } from '#db/transaction.ts';
import {
  DRILL_LAYER,
  DrillKind,
  type DrillPreview,
  DrillState,
  type DrillView,
  Objectives,
  Probe,
  type ProbeFigures,
  Verdict,
  Victim,
} from '#model/drill.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { FaultOrder } from './fault-kind.ts';
import { timesOf } from './read-facts.ts';

export type DrillRow = typeof drills.$inferSelect;

/** A pod that the fault took, as it was. */
export const HitPod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  keeper: z.string().nullable(),
  node: z.string(),
  system: z.boolean(),
});
export type HitPod = z.infer<typeof HitPod>;

/** Column `injected`: what was there before the fault, and what injection and undo must know. */
export const Injected = z.object({
  cut: z.enum(['director', 'all']).default('director'),
  /** The pod in question, as it was asked for. */
  pod: z.string().nullable().default(null),
  cid: z.string().nullable().default(null),
  undoAfterMs: z.number().default(60_000),
  /** Instances hit, by id; names for pages. */
  instances: z.array(z.string()).default([]),
  pods: z.array(HitPod).default([]),
  /** Ready pods of each keeper that was hit (`namespace/Kind/name`), before. */
  ready: z.record(z.string(), z.number()).default({}),
  /** Of the victim process, before. */
  process: z.object({ pid: z.number().nullable(), restarts: z.number() }).nullable().default(null),
  /** What the probes need is in the cluster: ask. */
  probing: z.boolean().default(false),
  /** Probes that were not asked, and why. */
  unasked: z.array(z.string()).default([]),
  /** What went wrong in injecting. */
  failure: z.string().nullable().default(null),
  watchedUntil: z.string().nullable().default(null),
});
export type Injected = z.infer<typeof Injected>;

export const injectedOf = (row: Pick<DrillRow, 'injected'>): Injected => Injected.parse(row.injected);
export const victimOf = (row: Pick<DrillRow, 'victim'>): Victim => Victim.parse(row.victim);
export const probesOf = (row: Pick<DrillRow, 'probes'>): Probe[] => z.array(Probe).parse(row.probes);
export const objectivesIn = (row: Pick<DrillRow, 'objectives'>): Objectives => Objectives.parse(row.objectives);

/** What injection and undo work by. */
export function orderOf(row: DrillRow): FaultOrder {
  const injected = injectedOf(row);
  return {
    id: row.id,
    clusterUuid: row.clusterUuid,
    deployment: row.deployment,
    victim: victimOf(row),
    cut: injected.cut,
    cid: injected.cid,
    undoAfterMs: injected.undoAfterMs,
    undoAt: row.undoAt ?? row.createdAt,
  };
}

/** Throws not_found. */
export async function findDrill(tx: Tx, id: number, lock: 'read' | 'for update' = 'read'): Promise<DrillRow> {
  const query = tx.db.select().from(drills).where(eq(drills.id, id)).limit(1);
  const [row] = lock === 'read' ? await query : await query.for('update');
  if (!row) throw new TesseraError('not_found', `There is no drill ${id}.`);
  return row;
}

/** Changes a drill and tells the watchers. */
export async function changeDrill(tx: Tx, id: number, changes: Partial<typeof drills.$inferInsert>): Promise<void> {
  await tx.db.update(drills).set(changes).where(eq(drills.id, id));
  await appendEvent(tx, 'drill.changed', `drill/${id}`, changes.state === undefined ? {} : { state: changes.state });
}

/** Newest first, of one cluster or of all. */
export async function selectDrills(
  tx: Tx,
  filter: { clusterName?: string | undefined; limit: number },
): Promise<DrillRow[]> {
  return tx.db
    .select()
    .from(drills)
    .where(filter.clusterName === undefined ? undefined : eq(drills.clusterName, filter.clusterName))
    .orderBy(desc(drills.id))
    .limit(filter.limit);
}

export function toDrillView(row: DrillRow): DrillView {
  const kind = DrillKind.parse(row.kind);
  return {
    id: row.id,
    kind,
    layer: DRILL_LAYER[kind],
    cluster: row.clusterName,
    deployment: row.deployment,
    victim: victimOf(row),
    state: DrillState.parse(row.state),
    verdict: row.verdict === null ? null : Verdict.parse(row.verdict),
    summary: row.summary,
    user: row.userName,
    reason: row.reason,
    taskId: row.taskId,
    objectives: objectivesIn(row),
    createdAt: row.createdAt.toISOString(),
    injectedAt: row.injectedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    undoAt: row.undoAt?.toISOString() ?? null,
    undone: row.undone,
    times: timesOf(row.times),
    // written as ProbeFigures[] by this room only
    figures: row.figures as ProbeFigures[],
  };
}

/** What the preview said when the drill was started. */
// written as DrillPreview by start-drill.ts only
export const previewOf = (row: Pick<DrillRow, 'preview'>): DrillPreview => row.preview as DrillPreview;
