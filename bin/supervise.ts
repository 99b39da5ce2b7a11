import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from './log-file.ts';
import { forgetProcess, recordProcess } from './running.ts';
import { say } from './say.ts';

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** State folder: log and pid lie there. */
  state: string;
}

/** A child process that is started again whenever it ends by itself. */
export interface Supervised {
  stop(): Promise<void>;
}

const firstDelayMs = 250;
const longestDelayMs = 30_000;
/** A child that ran this long was healthy: the next end starts the back-off anew. */
const healthyAfterMs = 30_000;
/** Time to finish what is in flight; the same as the drain of the director. */
const stopDeadlineMs = 12_000;
/** pino's number for "a human must look". */
const pinoError = 50;

/** Starts the child and keeps it running until `stop`. Its output goes to `log/<name>.log`; errors also to the terminal. */
export function supervise(spec: ChildSpec): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  let delayMs = firstDelayMs;

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const begunAt = performance.now();
      child = start(spec);
      const ending = await endOf(child);
      forgetProcess(spec.state, spec.name);
      if (stopping.signal.aborted) return;
      if (performance.now() - begunAt > healthyAfterMs) delayMs = firstDelayMs;
      say(`${spec.name} ended (${ending}); starting it again in ${delayMs / 1000} s. Its log: ${logPath(spec)}`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    }
  })();

  const stop = async () => {
    stopping.abort();
    const running = child;
    if (running && running.exitCode === null && running.signalCode === null) {
      running.kill('SIGTERM');
      const timer = setTimeout(() => running.kill('SIGKILL'), stopDeadlineMs);
      await loop;
      clearTimeout(timer);
    }
    await loop;
  };
  return { stop };
}

function start(spec: ChildSpec): ChildProcess {
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    // Its own group: a terminal's Ctrl-C must reach the launcher only, which stops its children in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) recordProcess(spec.state, spec.name, child.pid);
  const log = new LogFile(logPath(spec));
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(line);
      const sentence = errorSentence(line);
      if (sentence) say(`${spec.name}: ${sentence}`);
    });
  }
  child.once('close', () => log.end());
  return child;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

/** The message of a JSON log line of level error or worse; other lines stay in the log file. */
function errorSentence(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    if (typeof entry.level !== 'number' || entry.level < pinoError) return undefined;
    const detail = entry.err?.message ?? entry.error?.message;
    return detail ? `${entry.msg}: ${detail}` : String(entry.msg);
  } catch {
    // Half a line, or no JSON after all: it is in the log file.
    return undefined;
  }
}

function logPath(spec: ChildSpec): string {
  return path.join(spec.state, 'log', `${spec.name}.log`);
}
