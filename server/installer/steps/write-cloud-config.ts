import { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import { inTransaction } from '#db/transaction.ts';
import { CloudConfig } from '#model/cloud-config.ts';
import { defineStep } from '../step.ts';

/** Writes what the director tile says the infrastructure offers. */
export const writeCloudConfig = defineStep({
  input: z.strictObject({ cloudConfig: CloudConfig }),
  interruptible: false,
  run: async (context, { cloudConfig }) => {
    await inTransaction(context.pool, (tx) =>
      tx.db
        .insert(settings)
        .values({ key: 'cloud-config', value: cloudConfig })
        .onConflictDoUpdate({ target: settings.key, set: { value: cloudConfig, updatedAt: context.clock.now() } }),
    );
    const names = (list: { name: string }[]) => list.map((entry) => entry.name).join(' ');
    await context.log(
      `cloud config: AZs ${names(cloudConfig.azs)}; networks ${names(cloudConfig.networks)}; VM types ${names(cloudConfig.vm_types)}`,
    );
  },
});
