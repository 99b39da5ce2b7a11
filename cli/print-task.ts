import type { TaskView } from './console-views.ts';
import { type Printer, printBlock } from './print.ts';

/** A task with the state of its stages. */
export function printTask(print: Printer, task: TaskView): void {
  printBlock(print, [
    ['Task', String(task.id)],
    ['Description', task.description],
    ['State', task.state],
    ['User', task.user],
    ['Started', task.startedAt ?? '-'],
    ['Finished', task.finishedAt ?? '-'],
    ...(task.error ? [['Error', task.error] as const] : []),
  ]);
  for (const stage of task.stages) print.line(`  ${stage.state.padEnd(8)} ${stage.title}`);
}
