// `npm run bench -- NAME… [--runs N] [--calm SECONDS] [--json FILE]`: measures on stacks of its own, prints Markdown tables, removes
// every trace. Each benchmark runs alone, one after the other; without a name it lists them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { agentMemory } from './agent-memory.ts';
import { apply } from './apply.ts';
import { browser } from './browser.ts';
import { bigCluster, smallCluster } from './cluster.ts';
import type { Benchmark, BenchmarkOptions, Outcome } from './figure.ts';
import { javascript } from './javascript.ts';
import { repair } from './repair.ts';
import { describeMachine, toMarkdown } from './report.ts';
import { start } from './start.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  start,
  apply,
  'cluster-1-2': smallCluster,
  'cluster-3-3': bigCluster,
  browser,
  javascript,
  'agent-memory': agentMemory,
  repair,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, calm: { type: 'string', default: '0' }, json: { type: 'string' } },
});
await main(positionals);

async function main(asked: string[]): Promise<void> {
  const names = asked.includes('all') ? Object.keys(benchmarks) : asked;
  const unknown = names.filter((name) => !(name in benchmarks));
  if (names.length === 0 || unknown.length > 0) {
    for (const name of unknown) process.stderr.write(`There is no benchmark ${name}.\n`);
    process.stdout.write('Benchmarks (all runs every one):\n');
    for (const [name, { summary }] of Object.entries(benchmarks)) print(`  ${name.padEnd(14)} ${summary}`);
    process.exitCode = unknown.length > 0 ? 1 : 0;
    return;
  }
  const machine = describeMachine();
  print(
    `${machine.at}, commit ${machine.commit}: ${machine.cores} × ${machine.processor}, ${machine.memoryGib} GiB, ` +
      `${machine.system}, Linux ${machine.kernel}, ${machine.engine}, Node ${machine.node}\n`,
  );
  const outcomes: Record<string, Outcome> = {};
  for (const name of names) {
    const outcome = await benchmarks[name]?.run(optionsOf(name));
    if (!outcome) continue;
    outcomes[name] = outcome;
    print(toMarkdown(name, outcome));
    // after each one: a later benchmark that fails must not take the figures of the earlier along
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, outcomes }, null, 2)}\n`);
  }
}

function optionsOf(name: string): BenchmarkOptions {
  return {
    ...(values.runs === undefined ? {} : { runs: wholeNumber('--runs', values.runs, 1) }),
    calmWithinMs: wholeNumber('--calm', values.calm, 0) * 1000,
    // progress beside the tables, so that these can be redirected alone
    say: (sentence) => process.stderr.write(`[${name}] ${sentence}\n`),
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new Error(`${option} takes a whole number, not "${text}".`);
  return number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
