import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Figures } from '../figure.ts';
import type { Ground } from './ground.ts';
import type { Scenario } from './scenario.ts';

const soakMs = 30 * 60_000;
const lookMs = 10_000;
const Recoveries = z.array(z.looseObject({ layer: z.string(), title: z.string(), beganAt: z.string() }));

/** Nothing is broken; the machine is only busy. Whatever is repaired or alerted of then is a false alarm. */
export const soak: Scenario = {
  summary: 'half an hour with all processors busy and nothing broken: VMs and processes wrongly thought dead',
  size: 'medium',
  runs: 1,
  async run(ground, runs, say) {
    const figures = new Figures();
    const surroundings = [];
    const notes: string[] = [];
    for (let run = 1; run <= runs; run += 1) {
      surroundings.push(await ground.rest());
      const since = Date.now();
      const before = await cidsOf(ground);
      const hogs = cpus().map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
      try {
        for (; Date.now() - since < soakMs; await sleep(lookMs))
          say(`${Math.round((Date.now() - since) / 60_000)} min`);
      } finally {
        for (const hog of hogs) hog.kill('SIGKILL');
      }
      const after = await cidsOf(ground);
      const rows = await ground.installation.client.query('health.recoveries', Recoveries, { limit: 1000 });
      const wrong = rows.filter((row) => Date.parse(row.beganAt) >= since);
      const vms = wrong.filter((row) => row.layer === 'vm');
      figures.add('VMs wrongly thought dead', 'VMs', vms.length, { limit: 0, by: 'every' });
      figures.add('other recoveries begun', 'faults', wrong.length - vms.length);
      figures.add('VMs replaced', 'VMs', before.filter((cid) => !after.includes(cid)).length, {
        limit: 0,
        by: 'every',
      });
      notes.push(...wrong.map((row) => `${row.beganAt}: ${row.layer}, ${row.title}`));
    }
    return { figures: figures.list(), runs: surroundings, notes };
  },
};

const cidsOf = async (ground: Ground): Promise<string[]> =>
  (await ground.instances()).map((one) => one.vmCid ?? 'none');
