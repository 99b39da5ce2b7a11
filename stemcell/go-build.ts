import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findGo } from './find-go.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

export type GoBuild = {
  /** Folder of the main module (go.mod). */
  module: string;
  /** Package paths to build; each becomes one binary in `out`. */
  packages: string[];
  /** Folder, or the file name of a single binary. */
  out: string;
  /** `-X` values by symbol. */
  symbols: Record<string, string>;
  stage: string;
};

/** A Go command with the caches of this machine's builds; never touches the user's own Go settings. */
export type GoCommand = (args: string[], options: { cwd: string; onLine?: (line: string) => void }) => Promise<string>;

/** Finds a Go (or fetches one) and returns a function that runs it at low priority, in the build cache. */
export async function openGo(context: BuildContext): Promise<GoCommand> {
  const go = await findGo(context);
  const temporary = join(context.cache, 'go', 'tmp');
  await mkdir(temporary, { recursive: true });
  const env = {
    GOCACHE: join(context.cache, 'go', 'build'),
    GOMODCACHE: join(context.cache, 'go', 'mod'),
    // a small tmpfs on /tmp would not hold the 2 GB of intermediate files
    GOTMPDIR: temporary,
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-mod=mod',
    GOWORK: 'off',
    GOROOT: '',
    GOOS: 'linux',
    GOARCH: 'amd64',
    CGO_ENABLED: '0',
  };
  return (args, options) => runCommand('nice', ['-n', '5', go, ...args], { ...options, env, signal: context.signal });
}

/** Compiles static, stripped binaries and reports each compiled package. */
export async function goBuild(go: GoCommand, build: GoBuild, context: BuildContext): Promise<void> {
  const listed = await go(['list', '-deps', ...build.packages], { cwd: build.module });
  const total = listed.split('\n').length;
  const symbols = Object.entries(build.symbols).map(([symbol, value]) => `-X ${symbol}=${value}`);
  let done = 0;
  const onLine = (line: string) => {
    done += 1;
    context.progress({ stage: build.stage, done: Math.min(done, total), total, message: `compiled ${line}` });
  };
  const flags = ['-v', '-trimpath', '-ldflags', ['-s', '-w', ...symbols].join(' '), '-o', build.out];
  await go(['build', ...flags, ...build.packages], { cwd: build.module, onLine });
  context.progress({ stage: build.stage, done: total, total, message: 'compiled' });
}
