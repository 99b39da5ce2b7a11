import { eq, like } from 'drizzle-orm';
import { instances, ipAddresses } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import type { InstanceSpec } from './wanted-variables.ts';

/** The instances of a deployment as templates of certificate names see them. */
export async function readInstanceSpecs(tx: Tx, deployment: string): Promise<InstanceSpec[]> {
  const rows = await tx.db.select().from(instances).where(eq(instances.deployment, deployment)).limit(10_000);
  return rows.map((row) => ({
    id: row.id,
    name: `${row.groupName}/${row.index}`,
    group: row.groupName,
    index: row.index,
    az: row.az,
    address: row.address,
    hostname: `${row.groupName}-${row.index}`,
    bootstrap: row.bootstrap,
    deployment,
    network: row.network,
    vm_type: row.vmType,
  }));
}

/** Addresses of a deployment beside those of its instances, by name (`vip`). */
export async function readAddresses(tx: Tx, deployment: string): Promise<Record<string, string>> {
  const prefix = `${deployment}/`;
  const rows = await tx.db
    .select({ owner: ipAddresses.owner, address: ipAddresses.address })
    .from(ipAddresses)
    .where(like(ipAddresses.owner, `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`))
    .limit(1000);
  return Object.fromEntries(rows.map((row) => [row.owner.slice(prefix.length), row.address]));
}
