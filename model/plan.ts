import { z } from 'zod';

/** A cluster plan (a size), read from the deployed Container Service tile's Plan forms. */
export const Plan = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  masterInstances: z.union([z.literal(1), z.literal(3), z.literal(5)]),
  masterVmType: z.string(),
  /** MiB */
  masterPersistentDisk: z.number().int().positive(),
  masterAzs: z.array(z.string()).min(1),
  maxWorkerInstances: z.number().int().min(1),
  workerInstances: z.number().int().min(1),
  workerVmType: z.string(),
  workerAzs: z.array(z.string()).min(1),
  allowPrivileged: z.boolean(),
  addonsSpec: z.string().default(''),
});
export type Plan = z.infer<typeof Plan>;
