import { z } from 'zod';

/** manifest.json beside a built stemcell: what is in it, with checksums. */
export const StemcellManifest = z.strictObject({
  name: z.string(),
  os: z.string(),
  /** Version of the stemcell line; equals the Kubernetes version it carries. */
  version: z.string(),
  kubernetes: z.string(),
  /** Digest of all inputs; the folder name in the cache. */
  key: z.string(),
  builtAt: z.string(),
  /** Digest of the sources that made it (agent, build recipe, pins); another one in the running release means that it is out of date. */
  revision: z.string().default(''),
  packages: z.record(z.string(), z.string()),
  members: z.array(z.strictObject({ path: z.string(), sha256: z.string(), size: z.number().int() })),
  /** Container image names the archives under images/ import as. */
  images: z.array(z.string()),
  /** The VM's file system, lowest first: `base` (rootfs.tar: operating system and Kubernetes), `agent` (agent.tar, thin). */
  layers: z.array(z.strictObject({ name: z.enum(['base', 'agent']), path: z.string(), sha256: z.string() })),
  /** The archives under images/: every cluster imports `base` at boot, `samples` only where asked for. */
  archives: z.array(z.strictObject({ name: z.string(), path: z.string(), set: z.enum(['base', 'samples']) })),
});
export type StemcellManifest = z.infer<typeof StemcellManifest>;

export type StemcellState = 'building' | 'ready' | 'failed';
