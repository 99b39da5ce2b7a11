import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { deployments, instances, ipAddresses } from '#db/schema/deployments.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { allocateAddress } from '#server/networks/allocate-ip.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';
import { defineStep } from '../step.ts';

const PlannedInstance = z.strictObject({
  id: z.string(),
  group: z.string(),
  index: z.number().int(),
  az: z.string(),
  bootstrap: z.boolean(),
  vmType: z.string(),
  stemcell: z.string(),
  network: z.string(),
  persistentDisk: z.number().int(),
});

/** Saves the manifest, reserves named addresses and makes the rows of all planned instances, each with its address. One transaction. */
export const saveManifest = defineStep({
  input: z.strictObject({ manifest: Manifest, instances: z.array(PlannedInstance) }),
  interruptible: false,
  run: async (context, { manifest, instances: planned }) => {
    await inTransaction(context.pool, async (tx) => {
      await tx.db
        .insert(deployments)
        .values({
          name: manifest.name,
          manifest,
          productGuid: manifest.tags.product ?? null,
          clusterUuid: manifest.tags.cluster ?? null,
        })
        .onConflictDoUpdate({ target: deployments.name, set: { manifest, updatedAt: context.clock.now() } });
      for (const address of manifest.addresses) await reserve(tx, address.network, `${manifest.name}/${address.name}`);
      for (const instance of planned) {
        const address = await reserve(tx, instance.network, `instance/${instance.id}`);
        const { id, group, ...rest } = instance;
        const values = { ...rest, groupName: group, address };
        await tx.db
          .insert(instances)
          .values({ id, deployment: manifest.name, ...values })
          .onConflictDoUpdate({ target: instances.id, set: { ...values, updatedAt: context.clock.now() } });
        await appendEvent(tx, 'instance.changed', `instance/${id}`, { deployment: manifest.name });
      }
      if (manifest.tags.cluster) await noteMasterAddress(tx, manifest);
      await appendEvent(tx, 'deployment.changed', `deployment/${manifest.name}`, {});
    });
    await context.log(`manifest saved: ${planned.length} instances`);
  },
});

async function reserve(tx: Tx, networkName: string, owner: string): Promise<string> {
  const cloudConfig = await readCloudConfig(tx);
  const network = cloudConfig.networks.find((candidate) => candidate.name === networkName);
  if (!network)
    throw new TesseraError(
      'network_not_found',
      `Network ${networkName} is not in the cloud config. Apply the director tile.`,
    );
  return allocateAddress(tx, network, owner);
}

async function noteMasterAddress(tx: Tx, manifest: Manifest): Promise<void> {
  const [vip] = await tx.db
    .select({ address: ipAddresses.address })
    .from(ipAddresses)
    .where(eq(ipAddresses.owner, `${manifest.name}/vip`))
    .limit(1);
  const uuid = manifest.tags.cluster;
  if (vip && uuid) await tx.db.update(clusters).set({ masterAddress: vip.address }).where(eq(clusters.uuid, uuid));
}
