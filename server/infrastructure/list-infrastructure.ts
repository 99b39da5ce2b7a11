import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { JOB_STATES } from '#model/deployment.ts';
import { VmHealth } from '#model/health.ts';
import { type InfrastructureView, type InfrastructureVm, VmPower } from '#model/infrastructure.ts';
import { listAzs } from '#server/health/list-azs.ts';
import { readInfrastructureState } from './infrastructure-state.ts';
import { readOffer } from './read-offer.ts';

const MAX_VMS = 20_000;

const Row = z.object({
  cid: z.string(),
  power: VmPower.nullable(),
  address: z.string().nullable(),
  az: z.string(),
  created_at: z.date().nullable(),
  changed_at: z.date().nullable(),
  deployment: z.string(),
  cluster: z.string().nullable(),
  group_name: z.string(),
  index: z.number().nullable(),
  id: z.string().nullable(),
  vm_type: z.string().nullable(),
  job_state: z.enum(JOB_STATES).nullable(),
  vm_health: VmHealth.nullable(),
  task_id: z.number().nullable(),
});

/** What the infrastructure says, beside what the platform says. Either may know a VM that the other does not. */
const QUERY = `
  select coalesce(v.cid, i.vm_cid) as cid, v.power, coalesce(v.address, i.address) as address,
         coalesce(v.az, i.az, '') as az, v.created_at, v.changed_at,
         coalesce(i.deployment, v.deployment, '') as deployment, c.name as cluster,
         coalesce(i.group_name, v.group_name, '') as group_name, coalesce(i.index, v.index) as index,
         i.id, i.vm_type, i.job_state, i.vm_health,
         (select max(t.id) from tasks t join task_steps s on s.task_id = t.id
           where t.state in ('queued', 'running', 'cancelling') and t.kind <> 'run-drill' and s.input->>'instance' = i.id::text) as task_id
    from infrastructure_vms v
    full join (select * from instances where vm_cid is not null) i on i.vm_cid = v.cid
    left join deployments d on d.name = coalesce(i.deployment, v.deployment)
    left join clusters c on c.uuid = d.cluster_uuid
   order by az, deployment, group_name, index, cid
   limit ${MAX_VMS}`;

/** All VMs by AZ, deployment and instance, and the AZs. */
export async function listInfrastructure(tx: Tx): Promise<InfrastructureView> {
  const state = await readInfrastructureState(tx);
  const { vm_types: vmTypes } = await readOffer(tx);
  const memory = new Map(vmTypes.map((type) => [type.name, type.ram]));
  const { rows } = await tx.client.query(QUERY);
  const vms = rows.map((row) => toVm(Row.parse(row), memory));
  return { ...state, azs: await listAzs(tx), vms };
}

function toVm(row: z.infer<typeof Row>, memory: ReadonlyMap<string, number>): InfrastructureVm {
  return {
    cid: row.cid,
    power: row.power ?? 'missing',
    address: row.address,
    az: row.az,
    createdAt: row.created_at?.toISOString() ?? null,
    changedAt: row.changed_at?.toISOString() ?? null,
    name: row.index === null ? row.cid : `${row.group_name}/${row.index}`,
    deployment: row.deployment,
    cluster: row.cluster,
    vmType: row.vm_type,
    memoryMib: row.vm_type === null ? null : (memory.get(row.vm_type) ?? null),
    instance:
      row.id === null
        ? null
        : { id: row.id, jobState: row.job_state ?? 'unknown', vmHealth: row.vm_health ?? 'unknown' },
    taskId: row.task_id,
  };
}
