import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RenderedJob } from '#model/job.ts';
import type { Paths } from './paths.ts';
import { isErrno } from './print-log.ts';

/** What a process went through, kept when the agent dies. */
export type KeptProcess = { restarts: number; lastExit: string | null };

/** Survives the agent, not the VM: both files lie on tmpfs. */
export type KeptState = {
  bootId: string;
  /** Highest fencing number seen; requests with a lower one come from a director that lost its slot. */
  fencing: number;
  wanted: 'started' | 'stopped';
  /** Digest of the spec in force; null before the first. */
  digest: string | null;
  processes: Record<string, KeptProcess>;
  /** Processes that are up by our will, with the digest they were started with. */
  started: Record<string, string>;
  /** Jobs whose pre-start succeeded, with the digest of their files. */
  preStarted: Record<string, string>;
  /** Digest whose post-start scripts succeeded since the last start. */
  postStarted: string | null;
  /** Up to where the file of process ends was read. */
  exitsRead: number;
};

/** A job of the spec in force, without the contents of its files. */
export type AppliedJob = Omit<RenderedJob, 'files'> & { filesDigest: string };

/** Reads what an earlier agent of this boot left; a new VM has nothing. A damaged file counts as nothing: it is written anew. */
export function readKeptState(paths: Paths, newBootId: () => string): KeptState {
  const found = readJson(paths.kept);
  // written by writeKeptState of this same file, atomically
  if (found) return found as KeptState;
  return {
    bootId: newBootId(),
    fencing: 0,
    wanted: 'started',
    digest: null,
    processes: {},
    started: {},
    preStarted: {},
    postStarted: null,
    exitsRead: 0,
  };
}

export function writeKeptState(paths: Paths, state: KeptState): void {
  writeAtomically(paths.kept, JSON.stringify(state));
}

export function readApplied(paths: Paths): AppliedJob[] {
  // written by writeApplied of this same file, atomically
  return (readJson(paths.applied) as AppliedJob[] | null) ?? [];
}

export function writeApplied(paths: Paths, jobs: AppliedJob[]): void {
  writeAtomically(paths.applied, JSON.stringify(jobs));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT') || thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

/** Environments may hold secrets: 0600. */
function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
