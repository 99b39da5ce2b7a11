import type { Clock } from './clock.ts';
import type { AppliedJob } from './kept-state.ts';
import { failureOf, runJobFile, type ScriptOptions } from './scripts.ts';

/**
 * BOSH's drain protocol (bosh.io/docs/drain): the script prints one whole number. 0 or more: wait that many seconds, then stop (static).
 * Less than 0: wait that many seconds and ask again with `job_check_status`, until it prints 0 or more (dynamic).
 */
export async function drainJobs(jobs: AppliedJob[], clock: Clock, options: ScriptOptions): Promise<void> {
  await Promise.all(jobs.filter((job) => job.scripts.drain !== undefined).map((job) => drainJob(job, clock, options)));
}

async function drainJob(job: AppliedJob, clock: Clock, options: ScriptOptions): Promise<void> {
  const script = job.scripts.drain ?? '';
  let change = 'job_shutdown';
  while (true) {
    const result = await runJobFile(job.name, script, [change, 'hash_unchanged'], options);
    if (result.exitCode !== 0) throw new Error(failureOf('drain', job.name, result));
    const seconds = parseSeconds(job.name, result.stdout);
    await clock.sleep(Math.abs(seconds) * 1000, options.signal);
    if (seconds >= 0) return;
    change = 'job_check_status';
  }
}

function parseSeconds(job: string, stdout: string): number {
  const text = stdout.trim();
  if (!/^-?\d+$/.test(text))
    throw new Error(`drain of job ${job} printed "${text.slice(0, 80)}" where a whole number was due`);
  return Number(text);
}
