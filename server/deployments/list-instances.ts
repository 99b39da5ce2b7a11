import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { type InstanceView, JOB_STATES, ProcessReport, Vitals } from '#model/deployment.ts';
import { VmHealth } from '#model/health.ts';
import { TesseraError } from '#server/platform/error.ts';

const MAX_INSTANCES = 5000;
const JobStateWord = z.enum(JOB_STATES);

/** Instances of one deployment, or of all, by deployment, group and index. */
export async function listInstances(
  tx: Tx,
  filter: { deployment?: string; id?: string } = {},
): Promise<InstanceView[]> {
  const rows = await tx.db
    .select()
    .from(instances)
    .where(
      and(
        filter.deployment === undefined ? undefined : eq(instances.deployment, filter.deployment),
        filter.id === undefined ? undefined : eq(instances.id, filter.id),
      ),
    )
    .orderBy(asc(instances.deployment), asc(instances.groupName), asc(instances.index))
    .limit(MAX_INSTANCES);
  return rows.map((row) => ({
    id: row.id,
    deployment: row.deployment,
    group: row.groupName,
    index: row.index,
    az: row.az,
    address: row.address,
    vmType: row.vmType,
    vmCid: row.vmCid,
    diskCid: row.diskCid,
    jobState: JobStateWord.parse(row.jobState),
    processes: z.array(ProcessReport).parse(row.processes),
    vitals: row.vitals === null ? null : Vitals.parse(row.vitals),
    lastHeardAt: row.lastHeardAt?.toISOString() ?? null,
    vmHealth: VmHealth.parse(row.vmHealth),
    vmHealthSince: row.vmHealthSince?.toISOString() ?? null,
    vmHealthReason: row.vmHealthReason,
    homeAz: row.homeAz,
    vmCreatedAt: row.vmCreatedAt?.toISOString() ?? null,
  }));
}

/** One instance; throws not_found. */
export async function readInstance(tx: Tx, id: string): Promise<InstanceView> {
  const [instance] = await listInstances(tx, { id });
  if (!instance) throw new TesseraError('not_found', `Instance ${id} is gone.`);
  return instance;
}
