import { eq } from 'drizzle-orm';
import { deployments, disks, instances } from '#db/schema/deployments.ts';
import { stemcells } from '#db/schema/stemcells.ts';
import { inTransaction } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { issueBootstrap } from '#server/gateway/bootstrap-agent.ts';
import { readNetworkCid } from '#server/networks/network-cid.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';
import { type InstanceRow, instanceName, readInstance } from './read-instance.ts';
import type { StepContext } from './step.ts';

/** Makes the disk and the VM of an instance, unless they are there. A new VM gets a new certificate; the old one is revoked. */
export async function ensureVm(context: StepContext, instance: string): Promise<void> {
  const row = await readInstance(context.pool, instance);
  const { cpi, signal } = context;
  if (row.vmCid && (await cpi.powerState(row.vmCid, { signal })) === 'on') {
    await context.log(`cpi: has_vm ${row.vmCid}: there already`);
    return;
  }
  // what is off will not come back by itself, and its address must be free for the new one
  if (row.vmCid) await cpi.deleteVm(row.vmCid, { signal });
  const diskCid = await ensureDisk(context, row);
  const started = context.clock.monotonic();
  const vmCid = await cpi.createVm(
    {
      instance: row.id,
      stemcell: await stemcellCid(context, row.stemcell),
      cloudProperties: await cloudProperties(context, row.vmType),
      network: {
        cid: await inTransaction(context.pool, (tx) => readNetworkCid(tx, row.network)),
        address: row.address,
      },
      disks: diskCid ? [diskCid] : [],
      hostname: `${row.groupName}-${row.index}`,
      metadata: {
        ...(await tagsOf(context, row.deployment)),
        deployment: row.deployment,
        group: row.groupName,
        instance: row.id,
        index: String(row.index),
        az: row.az,
        name: instanceName(row),
      },
      bootstrap: await issueBootstrap(context, row),
    },
    { signal },
  );
  await inTransaction(context.pool, async (tx) => {
    await tx.db
      .update(instances)
      .set({
        vmCid,
        diskCid,
        appliedDigest: null,
        jobState: 'starting',
        processes: [],
        vmCreatedAt: context.clock.now(),
        updatedAt: context.clock.now(),
      })
      .where(eq(instances.id, row.id));
    await appendEvent(tx, 'instance.changed', `instance/${row.id}`, {
      vmCid,
      jobState: 'starting',
      deployment: row.deployment,
    });
  });
  await context.log(
    `cpi: create_vm ${vmCid} ${row.vmType} ${row.address} in ${row.az}, ${Math.round(context.clock.monotonic() - started)} ms`,
  );
}

/** Tags of the manifest become metadata of the VM, as BOSH does it: the infrastructure's own tools show whose VM it is. */
async function tagsOf(context: StepContext, deployment: string): Promise<Record<string, string>> {
  return inTransaction(context.pool, async (tx) => {
    const [row] = await tx.db
      .select({ manifest: deployments.manifest })
      .from(deployments)
      .where(eq(deployments.name, deployment))
      .limit(1);
    return row ? Manifest.parse(row.manifest).tags : {};
  });
}

async function ensureDisk(context: StepContext, row: InstanceRow): Promise<string | null> {
  if (row.persistentDisk === 0) return null;
  if (row.diskCid && (await context.cpi.hasDisk(row.diskCid, { signal: context.signal }))) return row.diskCid;
  const cid = await context.cpi.createDisk(row.persistentDisk, row.az, row.id, { signal: context.signal });
  await inTransaction(context.pool, async (tx) => {
    await tx.db
      .insert(disks)
      .values({ cid, instanceId: row.id, sizeMib: row.persistentDisk, az: row.az })
      .onConflictDoNothing();
    await tx.db.update(instances).set({ diskCid: cid }).where(eq(instances.id, row.id));
  });
  await context.log(`cpi: create_disk ${cid} ${row.persistentDisk} MiB`);
  return cid;
}

async function stemcellCid(context: StepContext, name: string): Promise<string> {
  return inTransaction(context.pool, async (tx) => {
    const [row] = await tx.db.select({ cid: stemcells.cid }).from(stemcells).where(eq(stemcells.name, name)).limit(1);
    if (!row?.cid) throw new TesseraError('not_found', `Stemcell ${name} is not imported. Build it, then retry.`);
    return row.cid;
  });
}

async function cloudProperties(context: StepContext, vmType: string): Promise<{ memoryMib: number; cpu: number }> {
  const cloudConfig = await inTransaction(context.pool, readCloudConfig);
  const found = cloudConfig.vm_types.find((type) => type.name === vmType);
  if (!found)
    throw new TesseraError('not_found', `VM type ${vmType} is not in the cloud config. Apply the director tile.`);
  return { memoryMib: found.ram, cpu: found.cpu };
}
