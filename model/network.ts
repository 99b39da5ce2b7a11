import { z } from 'zod';

/** One subnet of a network, field names as in a BOSH cloud config (`range` is the CIDR). */
export const Subnet = z.strictObject({
  range: z.string(),
  gateway: z.string(),
  /** Addresses never given out: single addresses or `a-b` ranges. */
  reserved: z.array(z.string()).default([]),
  dns: z.array(z.string()).default([]),
  azs: z.array(z.string()).min(1),
  cloud_properties: z.record(z.string(), z.unknown()).default({}),
});
export type Subnet = z.infer<typeof Subnet>;

export const Network = z.strictObject({
  name: z.string().min(1),
  type: z.literal('manual').default('manual'),
  subnets: z.array(Subnet).min(1),
});
export type Network = z.infer<typeof Network>;
