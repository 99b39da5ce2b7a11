import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ScriptName } from '#model/job.ts';
import type { AppliedJob } from './kept-state.ts';
import type { Paths } from './paths.ts';
import type { ScriptResult } from './protocol.ts';
import { killGroup } from './runit.ts';

export type OnLine = (stream: 'stdout' | 'stderr', line: string) => void;
export type ScriptOptions = { paths: Paths; onLine: OnLine; signal: AbortSignal };

const MOST_RESULT_BYTES = 64 * 1024;
const MOST_LINE = 8192;
/** A script's child that keeps its output open must not keep the script's end from us. */
const OUTPUT_GRACE_MS = 500;
/** What is shown of a failed script in the error sentence. */
const SHOWN_LINES = 5;

/** Runs a script of all jobs that have one, side by side. Throws naming the first job whose script failed, after all have ended. */
export async function runScripts(
  jobs: AppliedJob[],
  script: ScriptName,
  options: ScriptOptions,
): Promise<Record<string, ScriptResult>> {
  const having = jobs.filter((job) => job.scripts[script] !== undefined);
  const results = await Promise.all(
    having.map(async (job) => [job.name, await runJobFile(job.name, job.scripts[script] ?? '', [], options)] as const),
  );
  for (const [job, result] of results) if (result.exitCode !== 0) throw new Error(failureOf(script, job, result));
  return Object.fromEntries(results);
}

/** Runs an errand of a job; any exit code is an answer. */
export async function runErrand(jobs: AppliedJob[], name: string, options: ScriptOptions): Promise<ScriptResult> {
  const job = jobs.find((candidate) => candidate.name === name);
  if (!job?.errand) throw new Error(`job ${name} is no errand of this VM`);
  return runJobFile(job.name, job.errand, [], options);
}

/** `pre-start of job etcd ended with exit 1: <last lines>`. */
export function failureOf(script: string, job: string, result: ScriptResult): string {
  const text = result.stderr.trim() || result.stdout.trim();
  const last = text.split('\n').slice(-SHOWN_LINES).join(' / ');
  return `${script} of job ${job} ended with exit ${result.exitCode}: ${last || 'no output'}`;
}

/**
 * Runs an executable of a job to its end. Lines go to `onLine` and, as in BOSH, to `<logs>/<job>/<file>.{stdout,stderr}.log`.
 * An abort kills it with all its children and rejects.
 */
export async function runJobFile(
  job: string,
  file: string,
  args: string[],
  options: ScriptOptions,
): Promise<ScriptResult> {
  const { paths, onLine, signal } = options;
  signal.throwIfAborted();
  const name = basename(file);
  const folder = join(paths.logs, job);
  mkdirSync(folder, { recursive: true });
  const child = spawn(join(paths.jobs, job, file), args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const onAbort = () => {
    if (child.pid) killGroup(child.pid);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`${file} of job ${job} cannot be run: ${cause.message}`, { cause })),
    );
    // a shell says 128 + n for a child that signal n killed; so do we
    child.once('exit', (code) => resolve(code ?? 137));
  });
  try {
    const stdout = collect(child.stdout, join(folder, `${name}.stdout.log`), (line) =>
      onLine('stdout', `[${job}/${name}] ${line}`),
    );
    const stderr = collect(child.stderr, join(folder, `${name}.stderr.log`), (line) =>
      onLine('stderr', `[${job}/${name}] ${line}`),
    );
    const exitCode = await ended;
    const [out, err] = await Promise.all([stdout(), stderr()]);
    signal.throwIfAborted();
    return { exitCode, stdout: out, stderr: err };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Keeps the tail of a stream and tells its lines; the function returned waits for the stream's end, but not for ever. */
function collect(stream: Readable, log: string, onLine: (line: string) => void): () => Promise<string> {
  let tail = '';
  let open = '';
  const file = createWriteStream(log, { flags: 'a', mode: 0o640 });
  // a full disk must not end the script: its lines still reach the director
  file.on('error', () => file.destroy());
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    if (!file.destroyed) file.write(text);
    tail = (tail + text).slice(-MOST_RESULT_BYTES);
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    for (const line of lines) onLine(line.slice(0, MOST_LINE));
    if (open.length > MOST_LINE) {
      onLine(open.slice(0, MOST_LINE));
      open = '';
    }
  });
  const ended = new Promise<void>((resolve) => stream.once('close', resolve));
  return async () => {
    const timer = setTimeout(() => stream.destroy(), OUTPUT_GRACE_MS);
    await ended;
    clearTimeout(timer);
    file.end();
    if (open) onLine(open);
    return tail;
  };
}
