import { z } from 'zod';

/** An availability zone as the director tile declares it. On embedded infrastructure an AZ is a label with a power switch. */
export const Az = z.strictObject({
  name: z.string().min(1),
  iaas_configuration_name: z.string().default('default'),
  cloud_properties: z.record(z.string(), z.unknown()).default({}),
});
export type Az = z.infer<typeof Az>;
