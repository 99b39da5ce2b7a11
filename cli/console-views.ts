import { z } from 'zod';

/** What the CLI reads of the console's answers; everything else in them may change freely. */
export const ClusterView = z.looseObject({
  name: z.string(),
  planName: z.string(),
  externalHostname: z.string(),
  port: z.number(),
  masterAddress: z.string().nullable(),
  workerInstances: z.number(),
  masterInstances: z.number(),
  owner: z.string(),
  kubernetesVersion: z.string(),
  lastAction: z.string(),
  lastActionState: z.string(),
  lastActionDescription: z.string(),
  taskId: z.number().nullable(),
});
export type ClusterView = z.infer<typeof ClusterView>;

export const ProcessView = z.looseObject({
  name: z.string(),
  pid: z.number().nullable(),
  lastExit: z.string().nullable(),
  state: z.string(),
  uptimeSeconds: z.number().nullable(),
  memoryKib: z.number().nullable(),
  cpuPercent: z.number().nullable(),
  restarts: z.number(),
});

export const InstanceView = z.looseObject({
  id: z.string(),
  deployment: z.string(),
  group: z.string(),
  index: z.number(),
  az: z.string(),
  address: z.string(),
  vmType: z.string(),
  jobState: z.string(),
  processes: z.array(ProcessView),
});
export type InstanceView = z.infer<typeof InstanceView>;

export const TaskView = z.looseObject({
  id: z.number(),
  kind: z.string(),
  description: z.string(),
  state: z.string(),
  user: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  error: z.string().nullable(),
  stages: z.array(z.looseObject({ title: z.string(), state: z.string() })),
});
export type TaskView = z.infer<typeof TaskView>;

export const ProductView = z.looseObject({
  guid: z.string(),
  slug: z.string(),
  label: z.string(),
  state: z.string(),
  stagedVersion: z.string(),
  installedVersion: z.string().nullable(),
  reasons: z.array(z.looseObject({ message: z.string() })),
  forms: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string(),
      complete: z.boolean(),
      faults: z.number(),
      staged: z.boolean(),
      changedBy: z.string().nullable(),
    }),
  ),
});
export type ProductView = z.infer<typeof ProductView>;

export const LogLine = z.looseObject({
  seq: z.number(),
  at: z.string(),
  level: z.string(),
  subject: z.string(),
  line: z.string(),
});

/** A run of Apply changes. */
export const InstallationView = z.looseObject({
  id: z.number(),
  taskId: z.number(),
  state: z.string(),
  user: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  products: z.array(z.looseObject({ slug: z.string(), action: z.string(), version: z.string() })),
});

/** Rows of the list of tasks have no stages. */
export const TaskRow = TaskView.omit({ stages: true });

export const PendingChange = z.looseObject({
  guid: z.string(),
  slug: z.string(),
  label: z.string(),
  action: z.string(),
  toVersion: z.string(),
  properties: z.array(
    z.looseObject({
      label: z.string(),
      property: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      secret: z.boolean(),
    }),
  ),
  vms: z.record(z.enum(['create', 'update', 'recreate', 'delete']), z.array(z.string())),
  errors: z.array(z.looseObject({ message: z.string() })),
  warnings: z.array(z.string()),
  errands: z.array(z.looseObject({ name: z.string(), label: z.string(), on: z.boolean() })),
});
export type PendingChange = z.infer<typeof PendingChange>;
