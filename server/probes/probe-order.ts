import { z } from 'zod';
import { Probe } from '#model/drill.ts';

/** What the asking process is given on its standard input: one line of JSON. Certificates are PEM and go nowhere else. */
export const ProbeOrder = z.strictObject({
  probes: z.array(Probe),
  server: z.string(),
  caPem: z.string(),
  certificatePem: z.string(),
  privateKeyPem: z.string(),
  /** Path of the ConfigMap that is read and written. */
  writePath: z.string(),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
export type ProbeOrder = z.infer<typeof ProbeOrder>;

/** One line of its standard output: probe, when it was due (Unix ms), how long the answer took, 0 right or 2 not. */
export const ProbeLine = z.strictObject({
  probe: z.string(),
  at: z.number(),
  ms: z.number(),
  result: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  error: z.string().optional(),
});
export type ProbeLine = z.infer<typeof ProbeLine>;

export const PROBE_INTERVAL_MS = 100;
export const PROBE_DEADLINE_MS = 1000;
/** An answer is right, and slow. */
export const SLOW_MS = 300;
