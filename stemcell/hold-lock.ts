import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { TesseraError } from '#server/platform/error.ts';

export type HeldLock = { release: () => Promise<void> };

const BUSY = 75;

/**
 * Waits for the exclusive lock on `file` and holds it until `release`. `onWait` is told once, with the holder's process id, when another
 * process has it. The kernel keeps the lock (flock) in a child whose stdin is a pipe from here, so a lock never outlives its holder,
 * however the holder ends, and it also works between containers that share the folder.
 */
export async function holdLock(
  file: string,
  options: { signal: AbortSignal; onWait?: (holder: string) => void },
): Promise<HeldLock> {
  const free = await tryLock(file, ['--nonblock', '--conflict-exit-code', String(BUSY)], options.signal);
  if (free !== null) return free;
  options.onWait?.((await readFile(file, 'utf8')).trim() || 'another process');
  const waited = await tryLock(file, [], options.signal);
  if (waited === null)
    throw new TesseraError('internal', `flock said that ${file} is busy without being asked not to wait.`);
  return waited;
}

/** The lock, or null when it is busy and the flags say not to wait. */
async function tryLock(file: string, flags: string[], signal: AbortSignal): Promise<HeldLock | null> {
  signal.throwIfAborted();
  const child = spawn('flock', [...flags, '--exclusive', file, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // own session: a Ctrl-C meant for the builder must not drop the lock before the builder has cleaned up
    detached: true,
  });
  child.stdin.on('error', () => child.kill('SIGKILL'));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const release = async () => {
    child.stdin.end();
    await ended;
  };
  const killWaiting = () => killGroup(child.pid);
  signal.addEventListener('abort', killWaiting, { once: true });
  let message = '';
  child.stderr.on('data', (chunk: Buffer) => {
    message += chunk.toString();
  });
  const locked = new Promise<'locked'>((resolve) => child.stdout.once('data', () => resolve('locked')));
  const outcome = await Promise.race([locked, ended]);
  signal.removeEventListener('abort', killWaiting);
  if (signal.aborted) {
    await release();
    signal.throwIfAborted();
  }
  if (outcome === 'locked') {
    await writeFile(file, `${process.pid}\n`);
    return { release };
  }
  if (outcome === BUSY) return null;
  throw new TesseraError(
    'stemcell_build_failed',
    `cannot lock ${file}: flock ended with ${outcome}: ${message.trim()}`,
  );
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // ESRCH: it ended by itself in the meantime
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
