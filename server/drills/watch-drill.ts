import { inTransaction, type Tx } from '#db/transaction.ts';
import { DRILL_LAYER, DrillKind, type DrillTimes, type Objectives } from '#model/drill.ts';
import type { MarkPhase } from '#model/health.ts';
import { appendMark } from '#server/health/append-mark.ts';
import { changeDrill, type DrillRow, findDrill, injectedOf, objectivesIn, victimOf } from './drill-rows.ts';
import type { FaultContext } from './fault-kind.ts';
import { kinds } from './kinds.ts';
import { observe } from './observe-recovery.ts';
import { timesOf } from './read-facts.ts';
import { type DrillBasis, judgedPods, readProgress } from './read-progress.ts';
import { stripsOf } from './read-strips.ts';

const LOOK_MS = 200;
/** All probes must have answered this long before "it is over" is believed. */
const CALM_MS = 2000;
const SAMPLES_LATE_MS = 3000;

/**
 * Looks on while the platform notices and repairs; never helps, never tells. Ends when every limit is decided and all is calm, when somebody
 * stops the drill, or at the deadline.
 */
export async function watchDrill(context: FaultContext, id: number): Promise<void> {
  while (!(await look(context, id))) await context.clock.sleep(LOOK_MS, context.signal);
  await inTransaction(context.pool, async (tx) => {
    const row = await findDrill(tx, id, 'for update');
    if (row.state === 'ended' || row.state === 'refused') return;
    const watchedUntil = context.clock.now().toISOString();
    await changeDrill(tx, id, { injected: { ...injectedOf(row), watchedUntil } });
  });
}

/** One look; true when there is nothing more to wait for. */
function look(context: FaultContext, id: number): Promise<boolean> {
  return inTransaction(context.pool, async (tx) => {
    const row = await findDrill(tx, id);
    const injected = injectedOf(row);
    if (row.state !== 'running' || row.injectedAt === null || injected.failure !== null) return true;
    const basis = basisOf(row, row.injectedAt);
    const seen = await observe(tx, row, basis.victim, basis.expects, context.clock.now());
    const known = timesOf(row.times);
    const times = readProgress(known, basis, seen);
    await note(tx, row, basis, known, times);
    const elapsed = seen.at.getTime() - row.injectedAt.getTime();
    if (elapsed > kinds[DrillKind.parse(row.kind)].deadlineMs) return true;
    return isDecided(times, objectivesIn(row)) && (await isCalm(tx, row, elapsed));
  });
}

export function basisOf(row: DrillRow, injectedAt: Date): DrillBasis {
  const injected = injectedOf(row);
  const victim = victimOf(row);
  const order = { victim, deployment: row.deployment, cut: injected.cut };
  return { injectedAt, victim, injected, expects: kinds[DrillKind.parse(row.kind)].expects(order, injected) };
}

const isDecided = (times: DrillTimes, objectives: Objectives): boolean =>
  (objectives.detectMs === null || times.detectedMs !== null) &&
  (objectives.podsBackMs === null || times.podsBackMs !== null) &&
  (objectives.capacityBackMs === null || times.capacityBackMs !== null);

/** Every probe has answered for a while, and is still being asked. Without probes: a while has passed. */
async function isCalm(tx: Tx, row: DrillRow, elapsedMs: number): Promise<boolean> {
  if (elapsedMs < CALM_MS) return false;
  const strips = await stripsOf(tx, row, { sinceMs: elapsedMs - CALM_MS - SAMPLES_LATE_MS });
  return strips.every(({ samples }) => {
    const last = samples.at(-1);
    const lastBad = samples.findLast((sample) => sample.result === 'fail');
    if (!last || last.at < elapsedMs - SAMPLES_LATE_MS) return false;
    return last.at >= CALM_MS / 2 && (lastBad === undefined || last.at - lastBad.at >= CALM_MS);
  });
}

type News = { phase: MarkPhase; ms: number; title: string };

/** New times become marks on the drill's lane, and the sentence at the top. */
async function note(tx: Tx, row: DrillRow, basis: DrillBasis, known: DrillTimes, times: DrillTimes): Promise<void> {
  const news = newsOf(row, basis, known, times);
  if (news.length === 0) return;
  for (const { phase, ms, title } of news) {
    await appendMark(tx, {
      lane: 'drill',
      phase,
      deployment: row.deployment,
      subject: `drill/${row.id}`,
      title,
      at: new Date(basis.injectedAt.getTime() + ms),
      drillId: row.id,
      data: { ms },
    });
  }
  const told = kinds[DrillKind.parse(row.kind)].told(basis.victim, basis.injected.cut);
  const sentences = [told, ...storySoFar(row, basis, times)];
  await changeDrill(tx, row.id, { times, summary: `${sentences.join('. ')}.` });
}

function newsOf(row: DrillRow, basis: DrillBasis, known: DrillTimes, times: DrillTimes): News[] {
  const isNew = (key: keyof DrillTimes): boolean => known[key] === null && times[key] !== null;
  const layer = DRILL_LAYER[DrillKind.parse(row.kind)];
  const whole = layer === 'process' ? 'the process is healthy again' : 'capacity is whole again';
  const count = judgedPods(basis.victim, basis.injected.pods).length;
  return [
    ...(isNew('detectedMs') ? [{ phase: 'detected' as const, ms: times.detectedMs ?? 0, title: 'noticed' }] : []),
    ...(isNew('actingMs') ? [{ phase: 'acting' as const, ms: times.actingMs ?? 0, title: 'repair begins' }] : []),
    ...(isNew('podsBackMs')
      ? [
          {
            phase: 'recovered' as const,
            ms: times.podsBackMs ?? 0,
            title: `${count} ${count === 1 ? 'pod is' : 'pods are'} back`,
          },
        ]
      : []),
    ...(isNew('capacityBackMs') ? [{ phase: 'recovered' as const, ms: times.capacityBackMs ?? 0, title: whole }] : []),
  ];
}

function storySoFar(row: DrillRow, basis: DrillBasis, times: DrillTimes): string[] {
  const objectives = objectivesIn(row);
  const after = (ms: number): string => `after ${(ms / 1000).toFixed(2)} s`;
  const count = judgedPods(basis.victim, basis.injected.pods).length;
  const pods = `${count === 1 ? 'Its pod' : `All ${count} pods`}`;
  return [
    times.detectedMs === null ? 'Not noticed yet' : `Noticed ${after(times.detectedMs)}`,
    ...(times.podsBackMs !== null ? [`${pods} ${count === 1 ? 'is' : 'are'} back ${after(times.podsBackMs)}`] : []),
    ...(times.podsBackMs === null && objectives.podsBackMs !== null
      ? [`${pods} ${count === 1 ? 'is' : 'are'} not back yet`]
      : []),
    ...(times.capacityBackMs !== null ? [`Capacity is whole ${after(times.capacityBackMs)}`] : []),
  ];
}
