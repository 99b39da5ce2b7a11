// `npm run check` and `npm test`: every check in the order of what it costs, each with its time. What fails early saves
// the time of what comes later.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failedTests } from './failed-tests.ts';

const root = path.join(import.meta.dirname, '..');
/** Reports in JSON: `.ci/run` counts from these, never from text. */
const reports = path.join(root, 'test-results', 'reports');

interface Check {
  name: string;
  /** Command lines, run one after the other. */
  run: string[][];
  env?: Record<string, string>;
}

/** Checks that are run before the next group begins; a failure ends the run after its group. */
interface Group {
  checks: Check[];
  together: boolean;
}

interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
}

const node = process.execPath;
const npx = (name: string, ...args: string[]) => [path.join(root, 'node_modules', '.bin', name), ...args];
const playwright = (project: string): Check => ({
  name: project === 'ui' ? 'console in a browser, simulated infrastructure' : 'the real tour',
  run: [npx('playwright', 'test', `--project=${project}`)],
  env: { PLAYWRIGHT_JSON_OUTPUT_FILE: path.join(reports, `playwright-${project}.json`) },
});

const statics: Check[] = [
  {
    name: 'style (biome)',
    run: [npx('biome', 'ci', '--diagnostic-level=error', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`)],
  },
  { name: 'types (tsc)', run: [npx('next', 'typegen'), npx('tsc', '--noEmit')] },
  { name: 'imports (dependency-cruiser)', run: [npx('depcruise', ...importRoots())] },
  { name: 'unused files, exports and packages (knip)', run: [npx('knip')] },
  { name: 'migrations', run: [[node, path.join(root, 'db', 'check-journal.ts')]] },
];
const unit: Check = {
  name: 'unit and domain tests (vitest)',
  run: [npx('vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reports}/vitest.json`)],
};
const build: Check = {
  name: 'build of the console',
  // next build may rewrite tsconfig.json; a tree that is dirty after a build is a fault of the commit.
  run: [
    [node, path.join(root, 'bin', 'build-console.ts')],
    ['git', 'diff', '--exit-code', '--', 'tsconfig.json'],
  ],
};
/** Minutes on a new machine, a second on every other: no test's deadline is to pay for it. */
const stemcell: Check = { name: 'stemcell', run: [[node, path.join(root, 'stemcell', 'build.ts')]] };
const budget: Check = { name: 'size of the pages', run: [[node, path.join(root, 'bin', 'check-budget.ts')]] };

await main(process.argv[2] ?? 'check');

async function main(scope: string): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const groups: Group[] = [];
  if (scope !== 'real') {
    // All static checks, even after one failed: they are cheap, and a person corrects them together.
    groups.push({ checks: statics, together: false }, { checks: [unit, build], together: true });
    groups.push({ checks: [budget], together: false }, { checks: [playwright('ui')], together: false });
  }
  if (scope !== 'check') {
    groups.push({ checks: [stemcell], together: false }, { checks: [playwright('real')], together: false });
  }

  const outcomes: Outcome[] = [];
  for (const group of groups) {
    outcomes.push(...(await runGroup(group)));
    writeFileSync(path.join(reports, 'checks.json'), JSON.stringify(outcomes));
    if (outcomes.some((outcome) => !outcome.passed)) break;
  }
  const failed = outcomes.filter((outcome) => !outcome.passed);
  const skipped = groups.flatMap((group) => group.checks).length - outcomes.length;
  for (const { name, passed, seconds } of outcomes)
    print(`${passed ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(7)} s  ${name}`);
  if (skipped > 0) print(`${skipped} later checks were not run`);
  for (const text of failedTests(reports)) print(`\nFAILED ${text}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

async function runGroup({ checks, together }: Group): Promise<Outcome[]> {
  if (together) return Promise.all(checks.map(runCheck));
  const outcomes: Outcome[] = [];
  for (const check of checks) outcomes.push(await runCheck(check));
  return outcomes;
}

async function runCheck(check: Check): Promise<Outcome> {
  const begunAt = performance.now();
  print(`\n── ${check.name}`);
  let passed = true;
  for (const line of check.run) {
    passed = await runLine(line, check.env);
    if (!passed) break;
  }
  return { name: check.name, passed, seconds: (performance.now() - begunAt) / 1000 };
}

function runLine([command = '', ...args]: string[], env: Record<string, string> = {}): Promise<boolean> {
  const bin = `${path.dirname(node)}:${process.env.PATH}`;
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env, PATH: bin },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function importRoots(): string[] {
  const rooms = 'model tiles db server agent stemcell cli app components e2e bench bin proxy.ts instrumentation.ts';
  return rooms.split(' ').filter((room) => existsSync(path.join(root, room)));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
