import type { DrillReport, DrillSample, ProbeStrip } from '#model/drill.ts';
import type { MarkView } from '#model/health.ts';
import { withDatabase } from '../real/database.ts';
import type { Stack } from '../stack.ts';

type Recorded = { cluster: { uuid: string; name: string }; worker: { id: string } };

const OBJECTIVES = {
  detectMs: 1000,
  podsBackMs: 4000,
  capacityBackMs: 10_000,
  apiReadOutageMs: 1000,
  apiWriteOutageMs: 2000,
  serviceOutageMs: 2000,
  writesLost: 0,
};
const TIMES = { detectedMs: 410, actingMs: 660, podsBackMs: 2900, capacityBackMs: 7400 };
const PROBES = [
  { id: 'api-read', kind: 'api-read', name: 'Cluster API, read', target: 'https://10.0.9.5:8443' },
  { id: 'service:default/shop', kind: 'service', name: 'shop, from outside', target: '2 replicas, node port 30080' },
] as const satisfies ProbeStrip['probe'][];
/** Ms since the injection. */
const EVENTS = [
  [0, 'drill', 'injected', 'worker/0 was switched off'],
  [410, 'vm', 'detected', 'Agent lost, infrastructure says off'],
  [660, 'vm', 'acting', 'Fenced'],
  [2900, 'pod', 'recovered', 'All pods are ready elsewhere'],
  [7400, 'vm', 'recovered', 'The VM is back'],
] as const satisfies [number, MarkView['lane'], MarkView['phase'], string][];
const FROM_MS = -2000;
const TO_MS = 9000;
/** In this time the service of the recording fails. */
const GAP_MS = 800;

/** A drill as a director recorded it on real VMs, with its report: infrastructure that makes no VMs cannot run one to its end. Answers its number. */
export async function insertRecorded(stack: Stack, { cluster, worker }: Recorded): Promise<number> {
  const injectedAt = new Date(Date.now() - 3_600_000);
  return withDatabase(stack, async (client) => {
    const deployment = `service-instance_${cluster.uuid}`;
    const victim = { type: 'instance', instance: worker.id, name: 'worker/0' } as const;
    const { rows } = await client.query<{ id: number }>(
      `insert into drills (kind, cluster_uuid, cluster_name, deployment, victim, probes, objectives, preview, state, verdict, summary,
         user_name, created_at, injected_at, ended_at, undone, times)
       values ('vm-off', $1, $2, $3, $4, $5, $6, '{}', 'ended', 'PASS', 'worker/0 was switched off and is back.', 'mei.tanaka',
         $7, $8, $9, true, $10) returning id`,
      [
        cluster.uuid,
        cluster.name,
        deployment,
        JSON.stringify(victim),
        JSON.stringify(PROBES),
        JSON.stringify(OBJECTIVES),
        new Date(injectedAt.getTime() - 3000),
        injectedAt,
        new Date(injectedAt.getTime() + TO_MS),
        JSON.stringify(TIMES),
      ],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('insert of a drill returned no row');
    for (const [ms, lane, phase, title] of EVENTS) {
      await client.query(
        'insert into marks (at, lane, phase, deployment, subject, title, drill_id) values ($1, $2, $3, $4, $5, $6, $7)',
        [new Date(injectedAt.getTime() + ms), lane, phase, deployment, `instance/${worker.id}`, title, id],
      );
    }
    for (const probe of PROBES) {
      for (let second = FROM_MS; second < TO_MS; second += 1000) {
        const answers = samplesOf(probe.id, second, second + 1000).map(({ at, ms, result }) => [
          at - second,
          ms,
          ['ok', 'slow', 'fail'].indexOf(result),
        ]);
        await client.query('insert into drill_samples (drill_id, probe, second, answers) values ($1, $2, $3, $4)', [
          id,
          probe.id,
          new Date(injectedAt.getTime() + second),
          JSON.stringify(answers),
        ]);
      }
    }
    const report = reportOf(id, { cluster, deployment, victim, injectedAt });
    await client.query('update drills set report = $1 where id = $2', [JSON.stringify(report), id]);
    return id;
  });
}

/** A drill in which the power of a VM is off at this moment, with the task that runs it; nobody does. Answers its number. */
export async function insertRunning(stack: Stack, { cluster, worker }: Recorded): Promise<number> {
  return withDatabase(stack, async (client) => {
    const victim = { type: 'instance', instance: worker.id, name: 'worker/0' };
    const { rows } = await client.query<{ id: number }>(
      `insert into drills (kind, cluster_uuid, cluster_name, deployment, victim, probes, objectives, preview, state, summary, user_name,
         injected_at, undo_at)
       values ('vm-off', $1, $2, $3, $4, $5, $6, '{}', 'running', 'worker/0 was switched off.', 'mei.tanaka', now(),
         now() + interval '2 minutes') returning id`,
      [
        cluster.uuid,
        cluster.name,
        `service-instance_${cluster.uuid}`,
        JSON.stringify(victim),
        JSON.stringify(PROBES),
        JSON.stringify(OBJECTIVES),
      ],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error('insert of a drill returned no row');
    return id;
  });
}

function samplesOf(probe: string, fromMs: number, toMs: number): DrillSample[] {
  return Array.from({ length: (toMs - fromMs) / 100 }, (_, index) => {
    const at = fromMs + index * 100;
    const failed = probe.startsWith('service') && at >= 0 && at < GAP_MS;
    return { at, ms: failed ? 250 : 4, result: failed ? 'fail' : 'ok' };
  });
}

function reportOf(
  id: number,
  drill: {
    cluster: Recorded['cluster'];
    deployment: string;
    victim: DrillReport['drill']['victim'];
    injectedAt: Date;
  },
): DrillReport {
  const { cluster, deployment, victim, injectedAt } = drill;
  const at = (ms: number) => new Date(injectedAt.getTime() + ms).toISOString();
  const result = (objective: keyof typeof OBJECTIVES, promise: string, measured: number) =>
    ({ objective, promise, limit: OBJECTIVES[objective], measured, unit: 'ms', met: true }) as const;
  return {
    drill: {
      id,
      kind: 'vm-off',
      layer: 'vm',
      cluster: cluster.name,
      deployment,
      victim,
      state: 'ended',
      verdict: 'PASS',
      summary: 'worker/0 was switched off and is back.',
      user: 'mei.tanaka',
      reason: 'quarterly proof',
      taskId: null,
      objectives: OBJECTIVES,
      createdAt: at(-3000),
      injectedAt: at(0),
      endedAt: at(TO_MS),
      undoAt: null,
      undone: true,
      times: TIMES,
      figures: [],
    },
    headline: 'One machine was switched off. Your services kept running.',
    story:
      'We switched off worker/0 without telling the platform. It noticed, moved the work and made the machine again.',
    results: [
      result('detectMs', 'The fault is noticed', 410),
      result('podsBackMs', 'All work runs elsewhere', 2900),
      result('capacityBackMs', 'The machine is replaced', 7400),
      result('serviceOutageMs', 'Longest interruption of services', 800),
    ],
    strips: PROBES.map((probe) => ({ probe, samples: samplesOf(probe.id, FROM_MS, TO_MS) })),
    marks: EVENTS.map(([ms, lane, phase, title], index) => ({
      id: index + 1,
      at: at(ms),
      lane,
      phase,
      deployment,
      subject: 'instance/0',
      title,
      drillId: id,
      data: {},
    })),
    pods: [],
    writes: { acknowledged: 120, lost: 0 },
    earlier: [],
    findings: ['The shop has one copy and was away for 0.8 s. Two copies would bring it to none.'],
    alerts: [{ title: 'worker/0 is dead', channel: 'Mail', state: 'delivered', afterMs: 900 }],
    digest: 'a'.repeat(64),
  };
}
