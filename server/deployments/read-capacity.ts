import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';
import { HOST_RESERVE_MIB } from './check-capacity.ts';

/** Memory of the infrastructure in MiB: all of it (null where it is not known), what VMs hold, what the host keeps, and the size of each VM type. */
export type Capacity = {
  memoryMib: number | null;
  usedMib: number;
  reserveMib: number;
  ramMib: Record<string, number>;
};

const Infrastructure = z.object({ memoryMib: z.number() });

/** For pages that show whether something fits before it is asked for; `checkCapacity` decides. */
export async function readCapacity(tx: Tx): Promise<Capacity> {
  const [row] = await tx.db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, 'infrastructure'))
    .limit(1);
  const { vm_types: vmTypes } = await readCloudConfig(tx);
  const ramMib = Object.fromEntries(vmTypes.map((type) => [type.name, type.ram]));
  const running = await tx.db
    .select({ vmType: instances.vmType, count: sql<number>`count(*)::int` })
    .from(instances)
    .groupBy(instances.vmType);
  return {
    memoryMib: row ? Infrastructure.parse(row.value).memoryMib : null,
    usedMib: running.reduce((sum, group) => sum + group.count * (ramMib[group.vmType] ?? 0), 0),
    reserveMib: HOST_RESERVE_MIB,
    ramMib,
  };
}
