import { eventsRouter } from './events.ts';
import { instancesRouter } from './instances.ts';
import { sessionRouter } from './session.ts';
import { tasksRouter } from './tasks.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  events: eventsRouter,
  instances: instancesRouter,
  session: sessionRouter,
  tasks: tasksRouter,
});
export type AppRouter = typeof appRouter;
