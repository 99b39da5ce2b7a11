import { clustersRouter } from './clusters.ts';
import { eventsRouter } from './events.ts';
import { instancesRouter } from './instances.ts';
import { sessionRouter } from './session.ts';
import { settingsRouter } from './settings.ts';
import { tasksRouter } from './tasks.ts';
import { router } from './trpc.ts';
import { usersRouter } from './users.ts';

export const appRouter = router({
  clusters: clustersRouter,
  events: eventsRouter,
  instances: instancesRouter,
  session: sessionRouter,
  settings: settingsRouter,
  tasks: tasksRouter,
  users: usersRouter,
});
export type AppRouter = typeof appRouter;
