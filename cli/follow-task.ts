import { z } from 'zod';
import { CliError, NoAnswer } from './cli-error.ts';
import type { ConsoleClient } from './console-client.ts';
import { LogLine, TaskView } from './console-views.ts';
import type { Printer } from './print.ts';

const POLL_MS = 500;
/** A console that restarts is away for less than this many polls. */
const ABSENCE_POLLS = 240;
const ENDED = ['succeeded', 'failed', 'cancelled'];

export type FollowOptions = { print: Printer; sleep: (ms: number) => Promise<void>; withLog: boolean };

/**
 * Shows a task until it ends: each stage as it begins, with `withLog` every line of its log. Outlives a restart of the console.
 * Throws CliError with the task's own sentence when it failed or was cancelled.
 */
export async function followTask(client: ConsoleClient, id: number, options: FollowOptions): Promise<TaskView> {
  const begun = new Set<string>();
  let seen = 0;
  let absences = 0;
  for (;;) {
    try {
      const task = await client.query('tasks.read', TaskView, { id });
      if (options.withLog) seen = await printLog(client, id, seen, options.print);
      else printStages(task, begun, options.print);
      absences = 0;
      if (ENDED.includes(task.state)) return judge(task);
    } catch (error) {
      if (!(error instanceof NoAnswer) || ++absences > ABSENCE_POLLS) throw error;
    }
    await options.sleep(POLL_MS);
  }
}

function printStages(task: TaskView, begun: Set<string>, print: Printer): void {
  for (const [index, stage] of task.stages.entries()) {
    const key = `${index} ${stage.title}`;
    if (stage.state === 'waiting' || begun.has(key)) continue;
    begun.add(key);
    print.line(`  ${stage.title}`);
  }
}

async function printLog(client: ConsoleClient, id: number, seen: number, print: Printer): Promise<number> {
  let after = seen;
  for (;;) {
    const lines = await client.query('tasks.log', z.array(LogLine), { id, after });
    for (const line of lines)
      print.line(`${line.at.slice(11, 19)} ${line.subject ? `${line.subject}: ` : ''}${line.line}`);
    const last = lines.at(-1);
    if (!last) return after;
    after = last.seq;
  }
}

function judge(task: TaskView): TaskView {
  if (task.state === 'succeeded') return task;
  throw new CliError(`Task ${task.id} (${task.description}) ${task.state}${task.error ? `: ${task.error}` : '.'}`);
}
