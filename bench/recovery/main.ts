// `npm run bench:recovery [-- --only NAME,… | --missing] [--runs N] [--calm SECONDS] [--out DIR]`: how long it takes to recover from faults, on
// real VMs. Each scenario leaves its figures in DIR/NAME.json, so that a run that was cut short goes on with `--missing`; all that are there
// are printed as Markdown in the end.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Outcome } from '../figure.ts';
import { describeMachine, toMarkdown } from '../report.ts';
import { azOff } from './az.ts';
import { Ground } from './ground.ts';
import { killedLeader } from './leader.ts';
import { noReaction } from './no-reaction.ts';
import { processes } from './processes.ts';
import type { Scenario } from './scenario.ts';
import { soak } from './soak.ts';
import { hungWorker, killedWorker } from './workers.ts';

const scenarios: Readonly<Record<string, Scenario>> = {
  processes,
  'killed-worker': killedWorker,
  'hung-worker': hungWorker,
  'killed-leader': killedLeader,
  'az-off': azOff,
  'no-reaction': noReaction,
  soak,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    missing: { type: 'boolean', default: false },
    runs: { type: 'string' },
    calm: { type: 'string', default: '0' },
    out: { type: 'string', default: path.join(import.meta.dirname, '..', '..', 'test-results', 'recovery') },
  },
});
const Kept = z.object({ machine: z.looseObject({ at: z.string(), commit: z.string() }), outcome: z.custom<Outcome>() });
await main();

async function main(): Promise<void> {
  mkdirSync(values.out, { recursive: true });
  const asked = values.only?.split(',') ?? Object.keys(scenarios);
  for (const name of asked)
    if (!(name in scenarios)) throw new Error(`There is no ${name}; there are ${Object.keys(scenarios).join(', ')}.`);
  for (const name of asked) {
    const scenario = scenarios[name];
    if (!scenario || (values.missing && existsSync(fileOf(name)))) continue;
    process.stderr.write(`[${name}] ${scenario.summary}\n`);
    const outcome = await measure(name, scenario);
    writeFileSync(fileOf(name), `${JSON.stringify({ machine: describeMachine(), outcome }, null, 2)}\n`);
  }
  for (const name of asked.filter((one) => existsSync(fileOf(one)))) {
    const { machine, outcome } = Kept.parse(JSON.parse(readFileSync(fileOf(name), 'utf8')));
    process.stdout.write(`${toMarkdown(name, outcome)}Measured ${machine.at}, commit ${machine.commit}.\n\n`);
  }
}

async function measure(name: string, scenario: Scenario): Promise<Outcome> {
  const ground = await Ground.open(scenario.size, Number(values.calm) * 1000);
  try {
    const runs = values.runs === undefined ? scenario.runs : Number(values.runs);
    return await scenario.run(ground, runs, (sentence) => process.stderr.write(`[${name}] ${sentence}\n`));
  } finally {
    await ground.close();
  }
}

function fileOf(name: string): string {
  return path.join(values.out, `${name}.json`);
}
