import { dirname, join } from 'node:path';
import type { JobProcess } from '#model/job.ts';
import type { Paths } from './paths.ts';

/** A job's own finish script must not keep its process down for ever. */
const FINISH_LIMIT_S = 10;

/** A process that ended so often within the window is not started again for the pause: a crash loop must not cost the VM its processors. */
const ENDS_KEPT = 6;
const ENDS_WINDOW_S = 30;
/** Short enough that the ends still come so often that the process counts as failing. */
const PAUSE_S = 3;

/** `run` and `finish` of a process's service folder. */
export function serviceScripts(paths: Paths, job: string, process: JobProcess): { run: string; finish: string } {
  return { run: runScript(paths, job, process), finish: finishScript(paths, job, process) };
}

/** A process group of its own (`chpst -P`), so that a hung process can be killed with all its children. */
function runScript(paths: Paths, job: string, process: JobProcess): string {
  const exports = Object.entries(process.env).map(([name, value]) => `export ${name}=${quote(value)}`);
  return lines([
    '#!/bin/sh',
    redirect(paths, job, process),
    'cd /',
    ...exports,
    `exec chpst -P ${process.command.map(quote).join(' ')}`,
  ]);
}

/**
 * runit calls it with exit code and signal at each end of the process. The line lies in a file, so that no end is lost while the agent is away;
 * the bell wakes an agent that is there. Opening a FIFO for reading and writing never blocks.
 */
function finishScript(paths: Paths, job: string, process: JobProcess): string {
  const own =
    process.finish === undefined
      ? []
      : [
          redirect(paths, job, process),
          `timeout -k 1 ${FINISH_LIMIT_S} ${quote(join(paths.jobs, job, process.finish))} "$@"`,
        ];
  return lines([
    '#!/bin/sh',
    `echo "${process.name} $1 $2" >>${quote(paths.exits)}`,
    `echo 1<>${quote(paths.bell)}`,
    ...own,
    ...backOff(),
    'exit 0',
  ]);
}

/** Only what the shell can do by itself: the first restarts must be at once. `ends` lies in the service's folder and holds the last ends. */
function backOff(): string[] {
  return [
    'read -r up _ </proc/uptime',
    'now=${up%.*}',
    'before=; [ -e ends ] && read -r before <ends',
    'set -- $now $before',
    `[ $# -gt ${ENDS_KEPT} ] && set -- ${Array.from({ length: ENDS_KEPT }, (_, place) => `$${place + 1}`).join(' ')}`,
    'echo "$*" >ends',
    `[ $# -lt ${ENDS_KEPT} ] || [ $((now - $${ENDS_KEPT})) -ge ${ENDS_WINDOW_S} ] || sleep ${PAUSE_S}`,
  ];
}

/** The log of a process; also what `read-log` reads. */
export const processLog = (paths: Paths, job: string, process: string): string =>
  join(paths.logs, job, `${process}.log`);

function redirect(paths: Paths, job: string, process: JobProcess): string {
  const log = processLog(paths, job, process.name);
  return `mkdir -p ${quote(dirname(log))}; exec >>${quote(log)} 2>&1`;
}

/** One word for the shell, whatever it holds. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const lines = (all: string[]): string => `${all.join('\n')}\n`;
