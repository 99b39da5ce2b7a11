import { inArray, notInArray } from 'drizzle-orm';
import { infrastructureVms } from '#db/schema/infrastructure.ts';
import type { Tx } from '#db/transaction.ts';
import type { VmView } from '#server/cpi/cpi.ts';

/** `gone`: CIDs to forget; null: all but `all`. */
export type VmNews = { changed: VmView[]; gone: string[] | null; all: string[] };

const UPSERT = `
  insert into infrastructure_vms as v
         (cid, instance_id, deployment, group_name, index, az, address, power, created_at, changed_at)
  select u.cid, u.instance, u.deployment, u.group_name, u.index, u.az, u.address, u.power, u.created_at, $2::timestamptz
    from jsonb_to_recordset($1::jsonb) as u(cid text, instance text, deployment text, group_name text, index int, az text,
         address text, power text, created_at timestamptz)
  on conflict (cid) do update
     set instance_id = excluded.instance_id, deployment = excluded.deployment, group_name = excluded.group_name,
         index = excluded.index, az = excluded.az, address = excluded.address, power = excluded.power,
         created_at = excluded.created_at,
         changed_at = case when v.power = excluded.power then v.changed_at else excluded.changed_at end
   where (v.instance_id, v.deployment, v.group_name, v.index, v.az, v.address, v.power, v.created_at)
         is distinct from (excluded.instance_id, excluded.deployment, excluded.group_name, excluded.index, excluded.az,
                           excluded.address, excluded.power, excluded.created_at)`;

/** Answers how many rows are other than before. */
export async function writeVms(tx: Tx, news: VmNews, at: Date): Promise<number> {
  const written = await tx.client.query(UPSERT, [JSON.stringify(news.changed.map(toRow)), at]);
  const gone =
    news.gone === null
      ? await tx.db.delete(infrastructureVms).where(notInArray(infrastructureVms.cid, news.all))
      : await tx.db.delete(infrastructureVms).where(inArray(infrastructureVms.cid, news.gone));
  return (written.rowCount ?? 0) + (gone.rowCount ?? 0);
}

function toRow({ cid, power, address, createdAt, metadata }: VmView) {
  const index = Number(metadata.index);
  return {
    cid,
    power,
    address,
    created_at: createdAt,
    instance: metadata.instance ?? null,
    deployment: metadata.deployment ?? null,
    group_name: metadata.group ?? null,
    index: Number.isInteger(index) ? index : null,
    az: metadata.az ?? null,
  };
}
