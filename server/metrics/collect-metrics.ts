import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { SEVERITIES } from '#model/alert.ts';
import { JOB_STATES } from '#model/deployment.ts';
import { AZ_STATES, LAYERS, VM_HEALTHS } from '#model/health.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { readOverview } from '#server/health/read-overview.ts';
import type { Metric } from './write-metrics.ts';

/** Upper bounds in seconds: from what a restarted process takes to what an AZ does. */
const BUCKETS = [0.1, 0.2, 0.5, 1, 2, 4, 8, 10, 20, 40, 60, 120, 300] as const;
const STATES = ['running', 'attention', 'failed', 'unknown'] as const;

/** Everything `GET /metrics` says, read in one transaction. `console` is what this process itself counts. */
export async function collectMetrics(tx: Tx, console: { streams: number }): Promise<Metric[]> {
  const overview = await readOverview(tx, SYSTEM_ACTOR);
  return [
    ...(await directorMetrics(tx)),
    gauge('tessera_console_streams', 'Open event streams of this console.', [{ value: console.streams }]),
    gauge(
      'tessera_clusters',
      'Clusters by state.',
      STATES.map((state) => ({
        labels: { state },
        value: overview.clusters.filter((cluster) => cluster.state === state).length,
      })),
    ),
    gauge(
      'tessera_cluster_healthy',
      '1 while everything of the cluster is good.',
      overview.clusters.map(({ name, state }) => ({
        labels: { cluster: name },
        value: Number(state === 'running'),
      })),
    ),
    gauge('tessera_meltdown', '1 while the meltdown guard slows repairs down.', [
      { value: Number(overview.meltdown !== null) },
    ]),
    gauge(
      'tessera_resurrection_enabled',
      '1 while VMs that die are recreated by themselves; not counting single deployments.',
      [{ value: Number(overview.resurrection.enabled) }],
    ),
    gauge('tessera_resurrection_off_deployments', 'Deployments for which repair is switched off.', [
      { value: overview.resurrection.off.length },
    ]),
    gauge(
      'tessera_az_state',
      '1 for the present state of each availability zone.',
      overview.azs.flatMap((az) =>
        AZ_STATES.map((state) => ({ labels: { az: az.name, state }, value: Number(az.state === state) })),
      ),
    ),
    gauge(
      'tessera_alerts_open',
      'Open alerts by severity.',
      SEVERITIES.map((severity) => ({ labels: { severity }, value: overview.alerts[severity] })),
    ),
    ...(await instanceMetrics(tx)),
    await processMetrics(tx),
    ...(await recoveryMetrics(tx)),
    ...(await workMetrics(tx)),
    ...(await notificationMetrics(tx)),
  ];
}

const gauge = (name: string, help: string, samples: Metric['samples']): Metric => ({
  name,
  type: 'gauge',
  help,
  samples,
});

async function rowsOf<Row extends z.ZodType>(tx: Tx, row: Row, text: string): Promise<z.infer<Row>[]> {
  const { rows } = await tx.client.query(text);
  return z.array(row).parse(rows);
}

async function directorMetrics(tx: Tx): Promise<Metric[]> {
  const slots = await rowsOf(
    tx,
    z.object({ name: z.string(), fencing: z.number(), holds: z.boolean() }),
    // the lock lives as long as its holder's connection, so a killed director shows at once
    `select l.name, l.fencing, exists (
       select 1 from pg_locks p
        where p.locktype = 'advisory' and p.granted and p.objsubid = 1
          and p.database = (select oid from pg_database where datname = current_database())
          and ((p.classid::bigint << 32) | p.objid::bigint) = hashtext(l.name)::bigint
     ) as holds
       from leases l where l.name like 'director-%' order by l.name limit 100`,
  );
  return [
    gauge('tessera_director_up', '1 while a director holds its slot.', [
      { value: Number(slots.some((slot) => slot.holds)) },
    ]),
    {
      name: 'tessera_director_slot_changes_total',
      type: 'counter',
      help: 'How often the slot of a director was taken: its fencing number.',
      samples: slots.map((slot) => ({ labels: { slot: slot.name }, value: slot.fencing })),
    },
  ];
}

async function instanceMetrics(tx: Tx): Promise<Metric[]> {
  const states = await rowsOf(
    tx,
    z.object({ state: z.string(), health: z.string(), n: z.number() }),
    'select job_state as state, vm_health as health, count(*)::int as n from instances group by 1, 2',
  );
  const sum = (matches: (row: (typeof states)[number]) => boolean) =>
    states.filter(matches).reduce((total, row) => total + row.n, 0);
  const [age] = await rowsOf(
    tx,
    z.object({ n: z.number(), total: z.number(), p50: z.number(), p95: z.number(), most: z.number() }),
    `select count(*)::int as n, coalesce(sum(age), 0)::float as total,
            coalesce(percentile_cont(0.5) within group (order by age), 0)::float as p50,
            coalesce(percentile_cont(0.95) within group (order by age), 0)::float as p95, coalesce(max(age), 0)::float as most
       from (select greatest(0, extract(epoch from now() - last_heard_at)) as age from instances
              where wanted = 'started' and vm_cid is not null and last_heard_at is not null) ages`,
  );
  return [
    gauge(
      'tessera_instances',
      'Instances by what their agent last said.',
      JOB_STATES.map((state) => ({ labels: { state }, value: sum((row) => row.state === state) })),
    ),
    gauge(
      'tessera_vms',
      'VMs by what the detector holds of them.',
      VM_HEALTHS.map((health) => ({ labels: { health }, value: sum((row) => row.health === health) })),
    ),
    {
      name: 'tessera_agent_heartbeat_age_seconds',
      type: 'summary',
      help: 'Seconds since instances that should run were last heard; quiet ones are noted each 10 s.',
      samples: age
        ? [
            { labels: { quantile: '0.5' }, value: age.p50 },
            { labels: { quantile: '0.95' }, value: age.p95 },
            { labels: { quantile: '1' }, value: age.most },
            { suffix: '_sum', value: age.total },
            { suffix: '_count', value: age.n },
          ]
        : [],
    },
  ];
}

async function processMetrics(tx: Tx): Promise<Metric> {
  const restarts = await rowsOf(
    tx,
    z.object({ process: z.string(), n: z.number() }),
    `select p->>'name' as process, sum((p->>'restarts')::int)::int as n
       from instances, jsonb_array_elements(processes) p group by 1 order by 1 limit 1000`,
  );
  return gauge(
    'tessera_process_restarts',
    'Restarts of a process, summed over all VMs as they are now; a new VM begins at 0.',
    restarts.map(({ process, n }) => ({ labels: { process }, value: n })),
  );
}

const Spans = z.object({
  layer: z.string(),
  ended: z.number(),
  open: z.number(),
  recover_sum: z.number(),
  recover: z.array(z.number()),
  detected: z.number(),
  detect_sum: z.number(),
  detect: z.array(z.number()),
});

async function recoveryMetrics(tx: Tx): Promise<Metric[]> {
  const within = (column: string) =>
    `array[${BUCKETS.map((bound) => `count(*) filter (where ${column} <= ${bound})`).join(', ')}]::int[]`;
  const rows = await rowsOf(
    tx,
    Spans,
    `with s as (
       select layer, greatest(0, extract(epoch from recovered_at - began_at)) as recover,
              greatest(0, extract(epoch from detected_at - began_at)) as detect, recovered_at, detected_at from recoveries
     )
     select layer, count(recovered_at)::int as ended, count(*) filter (where recovered_at is null)::int as open,
            coalesce(sum(recover) filter (where recovered_at is not null), 0)::float as recover_sum,
            count(detected_at)::int as detected,
            coalesce(sum(detect) filter (where detected_at is not null), 0)::float as detect_sum,
            ${within('case when recovered_at is not null then recover end')} as recover,
            ${within('case when detected_at is not null then detect end')} as detect
       from s group by layer`,
  );
  const of = (layer: string) => rows.find((row) => row.layer === layer);
  return [
    gauge(
      'tessera_recoveries_open',
      'Faults whose recovery has not ended, by layer.',
      LAYERS.map((layer) => ({ labels: { layer }, value: of(layer)?.open ?? 0 })),
    ),
    {
      name: 'tessera_recovery_seconds',
      type: 'histogram',
      help: 'From a fault to its recovery, by layer.',
      samples: LAYERS.flatMap((layer) => {
        const row = of(layer);
        return histogram(layer, row?.recover, row?.ended ?? 0, row?.recover_sum ?? 0);
      }),
    },
    {
      name: 'tessera_detection_seconds',
      type: 'histogram',
      help: 'From a fault to its detection, by layer.',
      samples: LAYERS.flatMap((layer) => {
        const row = of(layer);
        return histogram(layer, row?.detect, row?.detected ?? 0, row?.detect_sum ?? 0);
      }),
    },
  ];
}

function histogram(layer: string, within: number[] | undefined, count: number, sum: number): Metric['samples'] {
  return [
    ...BUCKETS.map((bound, index) => ({
      suffix: '_bucket',
      labels: { layer, le: String(bound) },
      value: within?.[index] ?? 0,
    })),
    { suffix: '_bucket', labels: { layer, le: '+Inf' }, value: count },
    { suffix: '_sum', labels: { layer }, value: sum },
    { suffix: '_count', labels: { layer }, value: count },
  ];
}

async function workMetrics(tx: Tx): Promise<Metric[]> {
  const tasks = await rowsOf(
    tx,
    z.object({ kind: z.string(), state: z.string(), n: z.number() }),
    'select kind, state, count(*)::int as n from tasks group by 1, 2 order by 1, 2 limit 1000',
  );
  const drills = await rowsOf(
    tx,
    z.object({ kind: z.string(), verdict: z.string(), n: z.number() }),
    `select kind, coalesce(verdict, state) as verdict, count(*)::int as n from drills group by 1, 2 order by 1, 2 limit 1000`,
  );
  return [
    gauge(
      'tessera_tasks',
      'Tasks by kind and state.',
      tasks.map(({ kind, state, n }) => ({ labels: { kind, state }, value: n })),
    ),
    gauge(
      'tessera_drills',
      'Drills by kind and verdict; by state until they have one.',
      drills.map(({ kind, verdict, n }) => ({ labels: { kind, verdict }, value: n })),
    ),
  ];
}

async function notificationMetrics(tx: Tx): Promise<Metric[]> {
  const [outbox] = await rowsOf(
    tx,
    z.object({ waiting: z.number(), failed: z.number(), delivered: z.number(), oldest: z.number() }),
    `select count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'failed')::int as failed,
            count(*) filter (where state = 'delivered')::int as delivered,
            coalesce(extract(epoch from now() - min(created_at) filter (where state = 'waiting')), 0)::float as oldest
       from deliveries`,
  );
  return [
    gauge('tessera_notifications', 'Notifications by state; waiting ones are the depth of the outbox.', [
      { labels: { state: 'waiting' }, value: outbox?.waiting ?? 0 },
      { labels: { state: 'failed' }, value: outbox?.failed ?? 0 },
      { labels: { state: 'delivered' }, value: outbox?.delivered ?? 0 },
    ]),
    gauge(
      'tessera_notification_oldest_waiting_seconds',
      'Age of the oldest notification that waits; 0 when none does.',
      [{ value: outbox?.oldest ?? 0 }],
    ),
  ];
}
