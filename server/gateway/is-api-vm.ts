import { eq } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';

/** Jobs that forward requests of users to the director. */
const FORWARDING_JOBS = new Set(['uaa', 'pks-api']);

/** True when the instance belongs to a deployed product and one of its jobs forwards to the director; nobody else may use the REST listener. */
export async function isApiVm(tx: Tx, instance: string): Promise<boolean> {
  const [row] = await tx.db
    .select({ group: instances.groupName, manifest: deployments.manifest, product: deployments.productGuid })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, instance))
    .limit(1);
  if (!row || row.product === null) return false;
  const group = Manifest.parse(row.manifest).instance_groups.find((candidate) => candidate.name === row.group);
  return group?.jobs.some((job) => FORWARDING_JOBS.has(job.name)) ?? false;
}
