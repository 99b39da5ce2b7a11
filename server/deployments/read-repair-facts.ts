import { eq } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { InstanceRole, Place, RepairFacts } from './plan-repair.ts';

type Row = typeof instances.$inferSelect;

/** An instance with what plans for it need. Throws not_found. */
export async function readRepairFacts(tx: Tx, instanceId: string): Promise<RepairFacts & { row: Row; azs: string[] }> {
  const [found] = await tx.db
    .select({ row: instances, manifest: deployments.manifest, clusterUuid: deployments.clusterUuid })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, instanceId))
    .limit(1);
  if (!found) throw new TesseraError('not_found', `Instance ${instanceId} is gone; there is nothing to do.`);
  const { row } = found;
  const manifest = Manifest.parse(found.manifest);
  return {
    instance: { id: row.id, group: row.groupName, index: row.index, az: row.az },
    role: roleOf(row, found.clusterUuid),
    watchTimeMs: manifest.update.update_watch_time,
    row,
    azs: manifest.instance_groups.find((group) => group.name === row.groupName)?.azs ?? [row.az],
  };
}

/** Where an instance goes that should run in `az` for now; null when it is there. Throws invalid_input for an AZ its group may not use. */
export function placeIn(facts: { row: Row; azs: string[] }, az: string): Place | null {
  const { row } = facts;
  if (az === row.az) return null;
  const name = `${row.groupName}/${row.index}`;
  if (!facts.azs.includes(az))
    throw new TesseraError('invalid_input', `${name} may run in ${facts.azs.join(', ')}, not in ${az}.`);
  if (row.persistentDisk > 0)
    throw new TesseraError('invalid_input', `${name} has a persistent disk in ${row.az}; it cannot run in ${az}.`);
  const home = row.homeAz ?? row.az;
  return { az, homeAz: home === az ? null : home };
}

function roleOf(row: Row, clusterUuid: string | null): InstanceRole {
  if (clusterUuid === null) return 'plain';
  return row.groupName === 'master' ? 'master' : 'worker';
}
