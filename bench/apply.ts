import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, Figures, type Outcome, type Surroundings } from './figure.ts';
import { applyChanges, containerService, director, withInstallation } from './installation.ts';
import { lookAround } from './surroundings.ts';

const target = { limit: 30, by: 'every' } as const;
/** The installation has just been started; its first minute of compiling is not what is measured. */
const restMs = 5_000;

/** Apply changes from nothing, on two new installations a run: one for both tiles at once, one for the second tile alone. */
export const apply: Benchmark = {
  summary: 'Apply changes of both tiles, and of the Container Service alone, until the task has succeeded',
  run: async ({ runs = 5, calmWithinMs, say }): Promise<Outcome> => {
    const figures = new Figures();
    const surroundings: Surroundings[] = [];
    for (let run = 1; run <= runs; run += 1) {
      await withInstallation(async (installation) => {
        await sleep(restMs);
        surroundings.push(await lookAround(calmWithinMs));
        const seconds = await applyChanges(installation);
        figures.add('both tiles', 's', seconds, target);
        say(`run ${run}: both tiles ${seconds.toFixed(2)} s`);
      });
      await withInstallation(async (installation) => {
        await applyChanges(installation, [director]);
        await sleep(restMs);
        surroundings.push(await lookAround(calmWithinMs));
        const seconds = await applyChanges(installation, [containerService]);
        figures.add('Container Service alone', 's', seconds, target);
        say(`run ${run}: Container Service alone ${seconds.toFixed(2)} s`);
      });
    }
    return { figures: figures.list(), runs: surroundings, notes: [] };
  },
};
