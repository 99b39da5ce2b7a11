import { createHash } from 'node:crypto';
import type { JobProcess } from '#model/job.ts';
import type { AppliedJob, KeptState } from './kept-state.ts';

/** What to do to come from what runs to the jobs of a spec. */
export type ApplyPlan = {
  /** Processes that are no longer wanted, or belong to another job now. */
  remove: string[];
  /** Processes to take down before the new files are in force. */
  stop: string[];
  /** Processes to start after pre-start, with the digest they are started with. */
  start: Map<string, string>;
  /** Jobs whose pre-start runs: those with a process to start, and those where it did not succeed yet with these files. */
  preStart: AppliedJob[];
};

/**
 * Pure. A process is unchanged when its command, its environment, its finish script and all files of its job are; an unchanged process is not
 * touched, and neither is its job's pre-start run again: it may clean up what the running process uses.
 */
export function planApply(
  before: AppliedJob[],
  after: AppliedJob[],
  kept: Pick<KeptState, 'started' | 'preStarted'>,
): ApplyPlan {
  const old = jobsByProcess(before);
  const wanted = jobsByProcess(after);
  const remove = [...old].filter(([name, job]) => wanted.get(name)?.name !== job.name).map(([name]) => name);
  const start = new Map<string, string>();
  for (const job of after) {
    for (const process of job.processes) {
      const digest = processDigest(job, process);
      if (kept.started[process.name] !== digest) start.set(process.name, digest);
    }
  }
  const preStart = after.filter(
    (job) => job.processes.some((process) => start.has(process.name)) || kept.preStarted[job.name] !== job.filesDigest,
  );
  return { remove, stop: [...start.keys()].filter((name) => old.has(name) && !remove.includes(name)), start, preStart };
}

function jobsByProcess(jobs: AppliedJob[]): Map<string, AppliedJob> {
  return new Map(jobs.flatMap((job) => job.processes.map((process) => [process.name, job] as const)));
}

function processDigest(job: AppliedJob, process: JobProcess): string {
  const env = Object.entries(process.env).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([job.name, job.filesDigest, process.command, env, process.finish ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
