import { z } from 'zod';

/** What the container driver needs to know; all else it finds by label. */
export const ContainerConfig = z.strictObject({
  /** Six hex digits; every container, network, image and bridge of this installation carries them. */
  installation: z.string().regex(/^[0-9a-f]{6}$/),
  /** Folder of the installation: `vms/`, `disks/` and `datastore/` lie in it. */
  state: z.string().startsWith('/'),
  /** Unix socket of a Docker-compatible engine. */
  socket: z.string().startsWith('/'),
});
export type ContainerConfig = z.infer<typeof ContainerConfig>;
