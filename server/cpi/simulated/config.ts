import { z } from 'zod';

export const SimulatedConfig = z.strictObject({
  /** Folder of the installation; the simulated infrastructure lives in `simulated.json` there. */
  state: z.string().startsWith('/'),
});
export type SimulatedConfig = z.infer<typeof SimulatedConfig>;
