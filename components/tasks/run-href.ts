import { links } from '#components/links.ts';
import type { TaskView } from '#model/task.ts';

/** Page of a run: an installation has a name of its own, everything else is a task. */
export const runHref = (task: Pick<TaskView, 'id' | 'kind' | 'subject'>): string =>
  task.kind === 'apply-changes' ? links.installation(Number(task.subject)) : links.task(task.id);
