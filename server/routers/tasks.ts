import { z } from 'zod';
import { TaskKind, TaskState } from '#model/task.ts';
import { cancelTask } from '#server/tasks/cancel-task.ts';
import { listTasks, readTask } from '#server/tasks/read-task.ts';
import { readTaskLog } from '#server/tasks/read-task-log.ts';
import { retryTask } from '#server/tasks/retry-task.ts';
import { procedureFor, router } from './trpc.ts';

const TaskId = z.strictObject({ id: z.number().int().positive() });
/** Lines a page asks for at once. */
const LOG_PAGE = 2000;

export const tasksRouter = router({
  list: procedureFor('view')
    .input(
      z.strictObject({
        states: z.array(TaskState).optional(),
        kinds: z.array(TaskKind).optional(),
        limit: z.number().int().min(1).max(200).optional(),
      }),
    )
    .query(({ ctx, input }) =>
      listTasks(ctx.tx, {
        ...(input.states ? { states: input.states } : {}),
        ...(input.kinds ? { kinds: input.kinds } : {}),
        ...(input.limit ? { limit: input.limit } : {}),
      }),
    ),

  read: procedureFor('view')
    .input(TaskId)
    .query(({ ctx, input }) => readTask(ctx.tx, input.id)),

  log: procedureFor('view')
    .input(z.strictObject({ id: z.number().int().positive(), after: z.number().int().nonnegative() }))
    .query(({ ctx, input }) => readTaskLog(ctx.tx, input.id, { after: input.after, limit: LOG_PAGE })),

  cancel: procedureFor('apply-changes')
    .input(TaskId)
    .mutation(({ ctx, input }) => cancelTask(ctx.tx, input.id, ctx.actor)),

  retry: procedureFor('apply-changes')
    .input(TaskId)
    .mutation(({ ctx, input }) => retryTask(ctx.tx, input.id, ctx.actor)),
});
