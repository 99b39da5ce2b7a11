import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { type DetectorSettings, type MeltdownSettings, type Resurrection, VmHealth } from '#model/health.ts';
import { readDetectorSettings, readMeltdownSettings, readResurrection } from './health-settings.ts';
import type { Watched } from './vm-case.ts';

const MOST_INSTANCES = 50_000;

const Row = z.object({
  id: z.string(),
  deployment: z.string(),
  label: z.string(),
  group_name: z.string(),
  index: z.number(),
  az: z.string(),
  home_az: z.string().nullable(),
  network: z.string(),
  address: z.string(),
  vm_cid: z.string().nullable(),
  persistent_disk: z.number(),
  vm_health: VmHealth,
  vm_health_reason: z.string(),
  is_cluster: z.boolean(),
});

/** Every instance that is wanted running and has a VM, or had one that died. */
export async function readFleet(tx: Tx): Promise<Watched[]> {
  const { rows } = await tx.client.query(
    `select i.id, i.deployment, coalesce(c.name, i.deployment) as label, i.group_name, i.index, i.az, i.home_az, i.network, i.address,
            i.vm_cid, i.persistent_disk, i.vm_health, i.vm_health_reason, d.cluster_uuid is not null as is_cluster
       from instances i
       join deployments d on d.name = i.deployment
       left join clusters c on c.uuid = d.cluster_uuid
      where i.wanted = 'started' and (i.vm_cid is not null or i.vm_health in ('dead', 'hung'))
      limit ${MOST_INSTANCES}`,
  );
  return rows
    .map((row) => Row.parse(row))
    .map((row) => ({
      id: row.id,
      deployment: row.deployment,
      label: row.label,
      name: `${row.group_name}/${row.index}`,
      group: row.group_name,
      az: row.az,
      homeAz: row.home_az,
      network: row.network,
      address: row.address,
      vmCid: row.vm_cid,
      hasDisk: row.persistent_disk > 0,
      vmHealth: row.vm_health,
      vmHealthReason: row.vm_health_reason,
      isCluster: row.is_cluster,
    }));
}

export type HealthSettings = { resurrection: Resurrection; meltdown: MeltdownSettings; detector: DetectorSettings };

export async function readHealthSettings(tx: Tx): Promise<HealthSettings> {
  return {
    resurrection: await readResurrection(tx),
    meltdown: await readMeltdownSettings(tx),
    detector: await readDetectorSettings(tx),
  };
}
