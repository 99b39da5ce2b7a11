import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';

/** Left to the host, PostgreSQL, director and console. */
export const HOST_RESERVE_MIB = 2048;
const Infrastructure = z.object({ memoryMib: z.number() });

export type VmDemand = { count: number; vmType: string; what: string };

/**
 * Refuses VMs that the machine cannot hold: memory of all VMs, present and asked for, plus the host's reserve must fit. The sentence says
 * the sums. Only where the infrastructure's size is known (embedded); a cloud says no by itself.
 */
export async function checkCapacity(tx: Tx, demands: VmDemand[]): Promise<void> {
  const [row] = await tx.db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, 'infrastructure'))
    .limit(1);
  if (!row) return;
  const { memoryMib } = Infrastructure.parse(row.value);
  const { vm_types: vmTypes } = await readCloudConfig(tx);
  const ramOf = (name: string): number => {
    const found = vmTypes.find((type) => type.name === name);
    if (!found)
      throw new TesseraError(
        'invalid_input',
        `VM type ${name} does not exist. Known: ${vmTypes.map((type) => type.name).join(', ')}.`,
      );
    return found.ram;
  };
  const running = await tx.db
    .select({ vmType: instances.vmType, count: sql<number>`count(*)::int` })
    .from(instances)
    .groupBy(instances.vmType);
  const used = running.reduce((sum, group) => sum + group.count * ramOf(group.vmType), 0);
  const asked = demands.reduce((sum, demand) => sum + demand.count * ramOf(demand.vmType), 0);
  if (asked === 0 || used + asked + HOST_RESERVE_MIB <= memoryMib) return;
  const parts = demands
    .filter((demand) => demand.count > 0)
    .map((demand) => `${demand.count} × ${demand.what} ${demand.vmType} (${ramOf(demand.vmType)} MiB)`);
  throw new TesseraError(
    'capacity',
    `Not enough memory: ${parts.join(' + ')} = ${asked} MiB asked for, ${used} MiB used by VMs, ${HOST_RESERVE_MIB} MiB kept for the host; the machine has ${memoryMib} MiB, so ${used + asked + HOST_RESERVE_MIB - memoryMib} MiB are missing. Use fewer or smaller VMs, or delete some.`,
  );
}
