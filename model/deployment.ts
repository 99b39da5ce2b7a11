import { z } from 'zod';
import type { VmHealth } from './health.ts';

/** What the agent last said of the jobs of its VM; BOSH's words. */
export const JOB_STATES = ['starting', 'running', 'failing', 'stopped', 'unknown', 'unresponsive agent'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const PROCESS_STATES = ['running', 'starting', 'failing', 'stopped'] as const;
export type ProcessState = (typeof PROCESS_STATES)[number];

/** One supervised process as its agent reports it. Memory in KiB, cpu in per cent of one core, uptime in seconds. */
export const ProcessReport = z.strictObject({
  name: z.string(),
  job: z.string(),
  state: z.enum(PROCESS_STATES),
  pid: z.number().int().nullable(),
  uptimeSeconds: z.number().nullable(),
  memoryKib: z.number().nullable(),
  cpuPercent: z.number().nullable(),
  restarts: z.number().int(),
  lastExit: z.string().nullable(),
});
export type ProcessReport = z.infer<typeof ProcessReport>;

/** Vitals of a VM. Per cents 0–100, memory in KiB, load averages as the kernel gives them. */
export const Vitals = z.strictObject({
  cpuPercent: z.number(),
  memoryKib: z.number(),
  memoryPercent: z.number(),
  load: z.tuple([z.number(), z.number(), z.number()]),
  disk: z.strictObject({ system: z.number(), ephemeral: z.number().nullable(), persistent: z.number().nullable() }),
  uptimeSeconds: z.number(),
});
export type Vitals = z.infer<typeof Vitals>;

/** What an operator may do to one instance; off and on are the infrastructure's, the others the platform's. */
export const INSTANCE_ACTIONS = ['power-off', 'power-on', 'restart', 'recreate', 'stop', 'start'] as const;
export const InstanceAction = z.enum(INSTANCE_ACTIONS);
export type InstanceAction = z.infer<typeof InstanceAction>;

/** An instance as pages, CLI and REST show it. */
export type InstanceView = {
  id: string;
  deployment: string;
  group: string;
  index: number;
  az: string;
  address: string;
  vmType: string;
  vmCid: string | null;
  diskCid: string | null;
  jobState: JobState;
  processes: ProcessReport[];
  vitals: Vitals | null;
  lastHeardAt: string | null;
  /** What the detector holds of its VM, since when and why. */
  vmHealth: VmHealth;
  vmHealthSince: string | null;
  vmHealthReason: string;
  /** The AZ it belongs to while it runs in another one because that is down. */
  homeAz: string | null;
  vmCreatedAt: string | null;
};
