import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TesseraError } from '#server/platform/error.ts';

const TAIL_LINES = 15;
const KILL_AFTER_MS = 5_000;

export type CommandOptions = {
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  signal: AbortSignal;
  /** Each line of stdout and stderr as it comes. */
  onLine?: (line: string) => void;
};

/**
 * Runs a command to its end and returns its stdout. A failure is `stemcell_build_failed` with the command's last lines.
 * The command has its own process group, which ends with the signal, and it is told to stop when this process dies, so that
 * a killed director leaves no compiler behind.
 */
export async function runCommand(command: string, args: string[], options: CommandOptions): Promise<string> {
  options.signal.throwIfAborted();
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', command, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stdout: string[] = [];
  const tail: string[] = [];
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    options.onLine?.(line);
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout.push(line);
    keep(line);
  });
  createInterface({ input: child.stderr }).on('line', keep);

  const forget = killGroupOnAbort(child.pid, options.signal);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? -1));
    });
    options.signal.throwIfAborted();
    if (code === 127)
      throw new TesseraError('stemcell_build_failed', `${command} is not installed on this machine. ${tail.join(' ')}`);
    if (code !== 0) {
      throw new TesseraError(
        'stemcell_build_failed',
        `${command} ${args[0] ?? ''} ended with ${code}: ${tail.join('\n')}`,
      );
    }
    return stdout.join('\n');
  } finally {
    forget?.();
  }
}

/** Returns what ends the watch; nothing to watch when the command could not be started. */
function killGroupOnAbort(pid: number | undefined, signal: AbortSignal): (() => void) | undefined {
  if (pid === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    killGroup(pid, 'SIGTERM');
    timer = setTimeout(() => killGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}

function killGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    // ESRCH: the group ended by itself in the meantime
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
