import { z } from 'zod';

/**
 * A job as a tile declares it in `jobs/<job>/job.yml`: what BOSH calls a job. Data only.
 * Templates are Liquid; they see `spec`, `properties`, `links` and `addresses` (see server/deployments/render-job.ts).
 */

/** How the agent tells that a process works, not only that it runs. */
export const HealthCheck = z.strictObject({
  /** GET that must answer 2xx; https is not verified (loopback only). */
  http: z.string().optional(),
  tcp: z.string().optional(),
  /** Command (argv) that must exit 0. */
  exec: z.array(z.string()).optional(),
  interval_ms: z.number().int().positive().default(1000),
  timeout_ms: z.number().int().positive().default(1000),
  /** Failures in a row before a running process counts as hung and is restarted. */
  failures: z.number().int().positive().default(10),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

export const JobProcess = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  /** argv; `{{ }}` is rendered. Paths under /var/vcap/jobs/<job> are usual. */
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).default({}),
  /** Rendered script that runit runs at each end of the process (file under the job's bin). */
  finish: z.string().optional(),
  health: HealthCheck.optional(),
});
export type JobProcess = z.infer<typeof JobProcess>;

export const SCRIPT_NAMES = ['pre-start', 'post-start', 'post-deploy', 'pre-stop', 'drain', 'post-stop'] as const;
export const ScriptName = z.enum(SCRIPT_NAMES);
export type ScriptName = z.infer<typeof ScriptName>;

export const JobProperty = z.strictObject({
  description: z.string(),
  default: z.unknown().optional(),
  example: z.unknown().optional(),
});

export const JobSpec = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  description: z.string().default(''),
  /** template file → path below /var/vcap/jobs/<job>; `bin/*` become 0755, all else 0640. */
  templates: z.record(z.string(), z.string()).default({}),
  processes: z.array(JobProcess).default([]),
  /** Scripts present, by name → path below the job folder. */
  scripts: z.partialRecord(ScriptName, z.string()).default({}),
  /** Set when the job is an errand: path of its run script below the job folder. */
  errand: z.string().optional(),
  properties: z.record(z.string(), JobProperty).default({}),
  provides: z
    .array(z.strictObject({ name: z.string(), type: z.string(), properties: z.array(z.string()).default([]) }))
    .default([]),
  consumes: z
    .array(z.strictObject({ name: z.string(), type: z.string(), optional: z.boolean().default(false) }))
    .default([]),
  /** Privileged jobs are named on the import page. */
  privileged: z.boolean().default(true),
});
export type JobSpec = z.infer<typeof JobSpec>;

/** One file as the agent writes it. `mode` is an octal string, content is text. */
export const RenderedFile = z.strictObject({ path: z.string(), mode: z.string(), content: z.string() });
export type RenderedFile = z.infer<typeof RenderedFile>;

export const RenderedJob = z.strictObject({
  name: z.string(),
  files: z.array(RenderedFile),
  processes: z.array(JobProcess),
  scripts: z.partialRecord(ScriptName, z.string()),
  errand: z.string().optional(),
});
export type RenderedJob = z.infer<typeof RenderedJob>;

/** What an agent fetches and applies: all jobs of its instance, rendered, with secrets opened. Never stored, never logged. */
export const RenderedSpec = z.strictObject({
  instance: z.string(),
  deployment: z.string(),
  group: z.string(),
  index: z.number().int(),
  az: z.string(),
  address: z.string(),
  /** SHA-256 over the rendered jobs; equal digest = nothing to do. */
  digest: z.string(),
  jobs: z.array(RenderedJob),
});
export type RenderedSpec = z.infer<typeof RenderedSpec>;
