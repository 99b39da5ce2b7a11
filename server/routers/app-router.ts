import { clustersRouter } from './clusters.ts';
import { eventsRouter } from './events.ts';
import { healthRouter } from './health.ts';
import { installationsRouter } from './installations.ts';
import { instancesRouter } from './instances.ts';
import { productsRouter } from './products.ts';
import { sessionRouter } from './session.ts';
import { settingsRouter } from './settings.ts';
import { stemcellsRouter } from './stemcells.ts';
import { tasksRouter } from './tasks.ts';
import { router } from './trpc.ts';
import { uploadsRouter } from './uploads.ts';
import { usersRouter } from './users.ts';

export const appRouter = router({
  clusters: clustersRouter,
  events: eventsRouter,
  health: healthRouter,
  installations: installationsRouter,
  instances: instancesRouter,
  products: productsRouter,
  session: sessionRouter,
  settings: settingsRouter,
  stemcells: stemcellsRouter,
  tasks: tasksRouter,
  uploads: uploadsRouter,
  users: usersRouter,
});
export type AppRouter = typeof appRouter;
