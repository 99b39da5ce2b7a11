import { desc, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { recoveries } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { LAYERS, Layer, type LayerView } from '#model/health.ts';
import { toRecoveryView } from './list-recoveries.ts';

/** Who notices and who acts, in words for the HA page. */
const WORDS = {
  pod: {
    detector: "a watch on each cluster's API: a pod that goes or is not ready is seen as the cluster says it",
    actor: "the cluster's own controllers schedule and start its successor",
  },
  process: {
    detector: 'runit sees each end at once; health checks in the VM find what hangs',
    actor: 'runit starts it again; what keeps failing has its VM recreated',
  },
  vm: {
    detector: 'events of the infrastructure; three missed pings, then power state and probes by two peers',
    actor: 'fenced, taken out of service in its cluster, recreated with its name, address and disks',
  },
  az: {
    detector: 'all its VMs are missed, or the infrastructure says that it is off',
    actor: 'instances without disk move to an AZ that is up, and home again afterwards; the others wait',
  },
} as const satisfies Record<Layer, Pick<LayerView, 'detector' | 'actor'>>;

const Sum = z.object({
  layer: Layer,
  recoveries: z.number(),
  open: z.number(),
  detect50: z.number().nullable(),
  detect95: z.number().nullable(),
  recover50: z.number().nullable(),
  recover95: z.number().nullable(),
});

/** The four layers, innermost first, with figures of the recoveries of the last 30 days. */
export async function readLayers(tx: Tx): Promise<LayerView[]> {
  const { rows } = await tx.client.query(
    `with ms as (
       select layer, recovered_at,
              extract(epoch from detected_at - began_at) * 1000 as detect, extract(epoch from recovered_at - began_at) * 1000 as recover
         from recoveries where began_at > now() - interval '30 days'
     )
     select layer, count(recovered_at)::int as recoveries, count(*) filter (where recovered_at is null)::int as open,
            percentile_cont(0.5) within group (order by detect)::float as detect50,
            percentile_cont(0.95) within group (order by detect)::float as detect95,
            percentile_cont(0.5) within group (order by recover)::float as recover50,
            percentile_cont(0.95) within group (order by recover)::float as recover95
       from ms group by layer`,
  );
  const sums = new Map(rows.map((row) => Sum.parse(row)).map((sum) => [sum.layer, sum]));
  const newest = await tx.db
    .selectDistinctOn([recoveries.layer])
    .from(recoveries)
    .where(inArray(recoveries.layer, [...LAYERS]))
    .orderBy(recoveries.layer, desc(recoveries.beganAt))
    .limit(LAYERS.length);
  const last = new Map(newest.map(toRecoveryView).map((view) => [view.layer, view]));
  return LAYERS.map((layer) => {
    const sum = sums.get(layer);
    return {
      layer,
      ...WORDS[layer],
      recoveries: sum?.recoveries ?? 0,
      detectMs: pair(sum?.detect50, sum?.detect95),
      recoverMs: pair(sum?.recover50, sum?.recover95),
      last: last.get(layer) ?? null,
      open: sum?.open ?? 0,
    };
  });
}

function pair(p50: number | null | undefined, p95: number | null | undefined): LayerView['detectMs'] {
  if (typeof p50 !== 'number' || typeof p95 !== 'number') return null;
  return { p50: Math.round(p50), p95: Math.round(p95) };
}
