// `npm run test:faults [-- --only NAME,… | --missing]`: every fault of e2e/faults on real VMs, one file after the other. Hours may go by, so each
// file leaves its outcome in test-results/faults/NAME.json: `--missing` runs those that have not passed on this commit.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const root = path.join(import.meta.dirname, '..');
const outcomes = path.join(root, 'test-results', 'faults');
const Outcome = z.strictObject({
  commit: z.string(),
  passed: z.boolean(),
  tests: z.number(),
  failed: z.number(),
  seconds: z.number(),
  at: z.string(),
});
type Outcome = z.infer<typeof Outcome>;
const Report = z.object({ stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }) });

const { values } = parseArgs({ options: { only: { type: 'string' }, missing: { type: 'boolean', default: false } } });
main();

function main(): void {
  mkdirSync(outcomes, { recursive: true });
  const all = readdirSync(path.join(root, 'e2e', 'faults'))
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => file.slice(0, -'.spec.ts'.length))
    .toSorted();
  const asked = values.only?.split(',') ?? all;
  for (const name of asked)
    if (!all.includes(name)) throw new Error(`There is no ${name}; there are ${all.join(', ')}.`);
  run('bin/node', ['stemcell/build.ts']);
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  for (const name of asked) {
    if (values.missing && read(name)?.commit === commit && read(name)?.passed) continue;
    write(name, measure(name, commit));
  }
  let failed = false;
  for (const name of asked) {
    const outcome = read(name);
    failed ||= !outcome?.passed;
    print(
      `${outcome?.passed ? 'ok    ' : 'FAILED'} ${String(Math.round(outcome?.seconds ?? 0)).padStart(6)} s  ${name}: ${outcome?.tests ?? 0} passed, ${outcome?.failed ?? 0} failed`,
    );
  }
  process.exitCode = failed ? 1 : 0;
}

function measure(name: string, commit: string): Outcome {
  const begunAt = performance.now();
  const report = path.join(outcomes, `${name}-report.json`);
  const code = run('bin/node', ['node_modules/.bin/playwright', 'test', '--project=faults', `faults/${name}.spec.ts`], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const seconds = (performance.now() - begunAt) / 1000;
  const stats = existsSync(report) ? Report.parse(JSON.parse(readFileSync(report, 'utf8'))).stats : null;
  const failed = stats ? stats.unexpected + stats.flaky : 1;
  return { commit, passed: code === 0, tests: stats?.expected ?? 0, failed, seconds, at: new Date().toISOString() };
}

function run(command: string, args: string[], env: Record<string, string> = {}): number {
  const { status } = spawnSync(path.join(root, command), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}

function read(name: string): Outcome | undefined {
  const file = path.join(outcomes, `${name}.json`);
  return existsSync(file) ? Outcome.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

function write(name: string, outcome: Outcome): void {
  writeFileSync(path.join(outcomes, `${name}.json`), `${JSON.stringify(outcome, null, 2)}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
