import type { PlanOutline } from './save-plan.ts';

/** What the runner asks of its surroundings: the workflow engine makes each call durable, a test calls straight through. */
export type PlanDriver = {
  /** Runs one step (or skips it when it is done already); rejects when it failed. */
  runStep(seq: number): Promise<void>;
  beginStage(seq: number): Promise<void>;
  endStage(seq: number): Promise<void>;
  /** True when somebody asked to cancel; asked between waves, the safe points of a run. */
  isCancelled(): Promise<boolean>;
};

export type PlanResult = { outcome: 'succeeded' | 'cancelled' | 'failed'; errors: unknown[] };

/**
 * Runs an outline: stages and batches one after another; within a batch all lanes go side by side, step by step ("waves"), so that the
 * engine sees the same order of calls in every replay. A failed lane stops; its neighbours finish the wave they are in; no batch follows.
 */
export async function runPlan(outline: PlanOutline, driver: PlanDriver): Promise<PlanResult> {
  for (const stage of outline) {
    if (await driver.isCancelled()) return { outcome: 'cancelled', errors: [] };
    await driver.beginStage(stage.seq);
    for (const lanes of stage.batches) {
      const result = await runBatch(lanes, driver);
      if (result.outcome !== 'succeeded') return result;
    }
    await driver.endStage(stage.seq);
  }
  return { outcome: 'succeeded', errors: [] };
}

async function runBatch(lanes: number[][], driver: PlanDriver): Promise<PlanResult> {
  const longest = Math.max(0, ...lanes.map((lane) => lane.length));
  const errors: unknown[] = [];
  let alive = lanes;
  for (let wave = 0; wave < longest; wave += 1) {
    if (wave > 0 && (await driver.isCancelled())) return { outcome: 'cancelled', errors };
    const settled = await Promise.allSettled(
      alive.map((lane) => {
        const seq = lane[wave];
        return seq === undefined ? Promise.resolve() : driver.runStep(seq);
      }),
    );
    errors.push(...settled.filter((result) => result.status === 'rejected').map((result) => result.reason));
    alive = alive.filter((_lane, index) => settled[index]?.status === 'fulfilled');
  }
  return errors.length > 0 ? { outcome: 'failed', errors } : { outcome: 'succeeded', errors: [] };
}
