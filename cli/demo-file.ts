import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

/** What an unattended run does; see demo.yml. */
const Demo = z.strictObject({
  administrator: z.strictObject({
    user_name: z.string(),
    email: z.string().optional(),
    password: z.string().optional(),
    passphrase: z.string().optional(),
  }),
  products: z.array(
    z.strictObject({
      product: z.string(),
      certificates: z
        .array(z.strictObject({ form: z.string(), property: z.string(), domains: z.array(z.string()) }))
        .default([]),
      forms: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    }),
  ),
  cluster: z
    .strictObject({
      name: z.string(),
      plan: z.string(),
      external_hostname: z.string(),
      workers: z.number().int().positive().optional(),
    })
    .optional(),
});
export type Demo = z.infer<typeof Demo>;
export type DemoProduct = Demo['products'][number];
export type DemoCluster = NonNullable<Demo['cluster']>;

/** Reads a demo file; throws CliError naming the fault. */
export function readDemo(file = join(import.meta.dirname, 'demo.yml')): Demo {
  let data: unknown;
  try {
    data = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const parsed = Demo.safeParse(data);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new CliError(`${file}: ${fault?.path.join('.')}: ${fault?.message}`, { cause: parsed.error });
}
