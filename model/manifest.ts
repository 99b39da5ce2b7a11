import { z } from 'zod';

/** A deployment manifest in BOSH's shape, holding `((name))` references instead of secret values. */
export const ManifestJob = z.strictObject({
  name: z.string(),
  /** Product (tile) whose `jobs/` folder holds it. */
  release: z.string(),
  properties: z.record(z.string(), z.unknown()).default({}),
  consumes: z.record(z.string(), z.strictObject({ from: z.string() })).default({}),
});
export type ManifestJob = z.infer<typeof ManifestJob>;

export const InstanceGroup = z.strictObject({
  name: z.string(),
  instances: z.number().int().nonnegative(),
  azs: z.array(z.string()).min(1),
  vm_type: z.string(),
  /** MiB; 0 = none. Mounted at /var/vcap/store. */
  persistent_disk: z.number().int().nonnegative().default(0),
  network: z.string(),
  jobs: z.array(ManifestJob).min(1),
});
export type InstanceGroup = z.infer<typeof InstanceGroup>;

/** A generated credential. `per_instance` makes one for each instance (`<name>/<instance id>`), its common name rendered with `{{ spec }}`. */
export const ManifestVariable = z.strictObject({
  name: z.string(),
  type: z.enum(['certificate', 'password', 'rsa']),
  per_instance: z.boolean().default(false),
  /** Groups whose instances get one when per_instance; all when empty. */
  groups: z.array(z.string()).default([]),
  options: z
    .strictObject({
      is_ca: z.boolean().optional(),
      ca: z.string().optional(),
      common_name: z.string().optional(),
      organization: z.string().optional(),
      alternative_names: z.array(z.string()).optional(),
      extended_key_usage: z.array(z.enum(['client_auth', 'server_auth'])).optional(),
      duration: z.number().int().positive().optional(),
      length: z.number().int().positive().optional(),
    })
    .default({}),
});
export type ManifestVariable = z.infer<typeof ManifestVariable>;

export const Manifest = z.strictObject({
  name: z.string(),
  stemcell: z.strictObject({ os: z.string(), version: z.string() }),
  /** Product files that jobs come from, by slug and version; a release not listed is the tile that comes with Tessera. */
  releases: z.array(z.strictObject({ name: z.string(), version: z.string() })).default([]),
  update: z
    .strictObject({
      canaries: z.number().int().nonnegative().default(1),
      max_in_flight: z.number().int().positive().default(1),
      /** ms to wait at most for an instance to be healthy. */
      update_watch_time: z.number().int().positive().default(300_000),
    })
    .prefault({}),
  /** Addresses taken from the network beside those of instances, by name (for example `vip`). */
  addresses: z.array(z.strictObject({ name: z.string(), network: z.string() })).default([]),
  instance_groups: z.array(InstanceGroup),
  variables: z.array(ManifestVariable).default([]),
  /** Errands run after all groups are healthy, in order: group/job. */
  post_deploy_errands: z.array(z.strictObject({ group: z.string(), job: z.string() })).default([]),
  tags: z.record(z.string(), z.string()).default({}),
});
export type Manifest = z.infer<typeof Manifest>;
