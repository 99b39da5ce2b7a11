import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderedFile, RenderedJob, RenderedSpec } from '#model/job.ts';
import type { AppliedJob } from './kept-state.ts';
import type { Paths } from './paths.ts';

/** Versions of a job's files that are kept: the one in force and the one before, to go back to by hand. */
const KEPT_VERSIONS = 2;

/** Writes a version of every job's files beside the one in force; nothing is in force yet. A full disk throws here, and nothing has changed. */
export function writeVersions(paths: Paths, spec: RenderedSpec): AppliedJob[] {
  return spec.jobs.map((job) => {
    const filesDigest = digestOf(job.files);
    writeVersion(join(paths.versions, job.name, filesDigest), job);
    const { files: _files, ...rest } = job;
    return { ...rest, filesDigest };
  });
}

/** Puts the versions in force, each by one rename, and takes away the links of jobs that are gone. */
export function linkJobs(paths: Paths, jobs: AppliedJob[]): void {
  mkdirSync(paths.jobs, { recursive: true });
  for (const job of jobs) {
    const link = join(paths.jobs, job.name);
    // a folder left by another hand cannot be replaced by rename
    if (existsSync(link) && !lstatSync(link).isSymbolicLink()) rmSync(link, { recursive: true });
    rmSync(`${link}.new`, { force: true });
    symlinkSync(join(paths.versions, job.name, job.filesDigest), `${link}.new`);
    renameSync(`${link}.new`, link);
  }
  const wanted = new Set(jobs.map((job) => job.name));
  for (const name of readdirSync(paths.jobs))
    if (!wanted.has(name)) rmSync(join(paths.jobs, name), { recursive: true, force: true });
}

/** Removes versions that are neither in force nor the one before; secrets do not pile up in memory. */
export function pruneVersions(paths: Paths, jobs: AppliedJob[], before: AppliedJob[]): void {
  for (const name of readdirSync(paths.versions)) {
    const kept = [...jobs, ...before].filter((job) => job.name === name).map((job) => job.filesDigest);
    const wanted = new Set(kept.slice(0, KEPT_VERSIONS));
    for (const version of readdirSync(join(paths.versions, name))) {
      if (!wanted.has(version)) rmSync(join(paths.versions, name, version), { recursive: true, force: true });
    }
    if (wanted.size === 0) rmSync(join(paths.versions, name), { recursive: true, force: true });
  }
}

/** 16 hex digits over paths, modes and contents. */
export function digestOf(files: RenderedFile[]): string {
  const sorted = files
    .map(({ path, mode, content }) => [path, mode, content])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

function writeVersion(folder: string, job: RenderedJob): void {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  for (const file of job.files) {
    const path = join(unfinished, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content, { mode: 0o600 });
    // after the fact, because the umask takes bits from the mode of a new file
    chmodSync(path, Number.parseInt(file.mode, 8));
  }
  renameSync(unfinished, folder);
}
