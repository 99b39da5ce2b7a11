import { and, asc, eq, sql } from 'drizzle-orm';
import { ipAddresses } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import type { Network, Subnet } from '#model/network.ts';
import { TesseraError } from '#server/platform/error.ts';
import { freeAddresses } from './free-addresses.ts';

/**
 * The address of `owner` (`instance/<id>`, `<deployment>/<name>`) in a network: the one it has already, else the lowest free one, kept until
 * `releaseAddresses`. With `az` only subnets of that AZ count. Callers take turns until their transaction ends, so no two get the same.
 * Throws capacity, naming the network, when none is free.
 */
export async function allocateAddress(tx: Tx, network: Network, owner: string, az?: string): Promise<string> {
  // one lock for all networks: a deployment takes from several in one transaction, and two such could wait for each other
  await tx.client.query(`select pg_advisory_xact_lock(hashtextextended('ip_addresses', 0))`);
  const held = await findAddress(tx, network.name, owner);
  if (held !== null) return held;

  const rows = await tx.db
    .select({ address: ipAddresses.address })
    .from(ipAddresses)
    .where(eq(ipAddresses.network, network.name));
  const used = new Set(rows.map((row) => row.address));
  const subnets = network.subnets.filter((subnet) => az === undefined || subnet.azs.includes(az));
  const address = firstFree(subnets, used);
  if (address === null) throw exhausted(network, subnets, rows.length, az);
  await tx.db.insert(ipAddresses).values({ network: network.name, address, owner });
  return address;
}

/** Gives back every address whose owner starts with `ownerPrefix`; tells how many. */
export async function releaseAddresses(tx: Tx, ownerPrefix: string): Promise<number> {
  const gone = await tx.db
    .delete(ipAddresses)
    .where(sql`starts_with(${ipAddresses.owner}, ${ownerPrefix})`)
    .returning({ address: ipAddresses.address });
  return gone.length;
}

async function findAddress(tx: Tx, network: string, owner: string): Promise<string | null> {
  const [row] = await tx.db
    .select({ address: ipAddresses.address })
    .from(ipAddresses)
    .where(and(eq(ipAddresses.network, network), eq(ipAddresses.owner, owner)))
    .orderBy(asc(ipAddresses.createdAt))
    .limit(1);
  return row?.address ?? null;
}

function firstFree(subnets: Subnet[], used: ReadonlySet<string>): string | null {
  for (const subnet of subnets) {
    for (const address of freeAddresses(subnet, used)) return address;
  }
  return null;
}

function exhausted(network: Network, subnets: Subnet[], used: number, az: string | undefined): TesseraError {
  const place = az === undefined ? '' : ` in ${az}`;
  if (subnets.length === 0)
    return new TesseraError(
      'capacity',
      `Network ${network.name} has no subnet${place}. Add one to the network of the director tile.`,
    );
  const ranges = subnets.map((subnet) => subnet.range).join(', ');
  const sentence = `Network ${network.name} (${ranges}) has no free address${place}: ${used} are in use. Delete clusters, shrink its reserved ranges or give it a larger range.`;
  return new TesseraError('capacity', sentence);
}
