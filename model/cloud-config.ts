import { z } from 'zod';
import { Az } from './az.ts';
import { Network } from './network.ts';

/** A VM type. Sizes in MiB; cpu is a number of shares (1 = one core's worth, not a limit). */
export const VmType = z.strictObject({
  name: z.string(),
  cpu: z.number().positive(),
  ram: z.number().int().positive(),
  ephemeral_disk: z.number().int().positive().default(32768),
});
export type VmType = z.infer<typeof VmType>;

/** What the infrastructure offers to deployments; written by applying the director tile. */
export const CloudConfig = z.strictObject({
  azs: z.array(Az),
  networks: z.array(Network),
  vm_types: z.array(VmType),
  disk_types: z.array(z.strictObject({ name: z.string(), disk_size: z.number().int().nonnegative() })).default([]),
});
export type CloudConfig = z.infer<typeof CloudConfig>;

/** VM types of container-backed VMs; memory is a hard limit, cpu is shares. */
export const EMBEDDED_VM_TYPES: readonly VmType[] = [
  { name: 'micro', cpu: 1, ram: 512, ephemeral_disk: 8192 },
  { name: 'small', cpu: 1, ram: 1024, ephemeral_disk: 16384 },
  { name: 'medium', cpu: 2, ram: 2048, ephemeral_disk: 32768 },
  { name: 'large', cpu: 2, ram: 4096, ephemeral_disk: 32768 },
];
