import { alertsRouter } from './alerts.ts';
import { channelsRouter } from './channels.ts';
import { clustersRouter } from './clusters.ts';
import { drillsRouter } from './drills.ts';
import { eventsRouter } from './events.ts';
import { healthRouter } from './health.ts';
import { infrastructureRouter } from './infrastructure.ts';
import { installationsRouter } from './installations.ts';
import { instancesRouter } from './instances.ts';
import { productsRouter } from './products.ts';
import { samplesRouter } from './samples.ts';
import { sessionRouter } from './session.ts';
import { settingsRouter } from './settings.ts';
import { stemcellsRouter } from './stemcells.ts';
import { tasksRouter } from './tasks.ts';
import { router } from './trpc.ts';
import { uploadsRouter } from './uploads.ts';
import { usersRouter } from './users.ts';
import { workloadsRouter } from './workloads.ts';

export const appRouter = router({
  alerts: alertsRouter,
  channels: channelsRouter,
  clusters: clustersRouter,
  drills: drillsRouter,
  events: eventsRouter,
  health: healthRouter,
  infrastructure: infrastructureRouter,
  installations: installationsRouter,
  instances: instancesRouter,
  products: productsRouter,
  samples: samplesRouter,
  session: sessionRouter,
  settings: settingsRouter,
  stemcells: stemcellsRouter,
  tasks: tasksRouter,
  uploads: uploadsRouter,
  users: usersRouter,
  workloads: workloadsRouter,
});
export type AppRouter = typeof appRouter;
