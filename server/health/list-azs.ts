import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { AzState, type AzView } from '#model/health.ts';

const Row = z.object({
  name: z.string(),
  state: AzState.nullable(),
  reason: z.string().nullable(),
  since: z.date().nullable(),
  power: z.enum(['on', 'off']).nullable(),
  vms: z.number(),
  down: z.number(),
});

/** The AZs in which anything is or was, by name: what the detector last decided, and how many of their VMs are missed now. */
export async function listAzs(tx: Tx): Promise<AzView[]> {
  const { rows } = await tx.client.query(
    `with members as (
       select coalesce(home_az, az) as az, count(*)::int as vms,
              count(*) filter (where vm_health in ('dead', 'hung', 'partitioned'))::int as down
         from instances where wanted = 'started' and (vm_cid is not null or vm_health = 'dead')
        group by 1
     )
     select coalesce(s.name, m.az) as name, s.state, s.reason, s.since, s.power,
            coalesce(m.vms, 0) as vms, coalesce(m.down, 0) as down
       from az_states s full join members m on m.az = s.name
      order by 1 limit 100`,
  );
  return rows
    .map((row) => Row.parse(row))
    .map((row) => ({
      name: row.name,
      state: row.state ?? 'up',
      since: row.since?.toISOString() ?? null,
      reason: row.reason ?? '',
      vms: row.vms,
      down: row.down,
      power: row.power,
    }));
}
