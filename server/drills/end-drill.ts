import { and, asc, eq } from 'drizzle-orm';
import { alerts, channels, deliveries } from '#db/schema/alerts.ts';
import { drillSamples } from '#db/schema/drills.ts';
import { recoveries } from '#db/schema/health.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import {
  DRILL_LAYER,
  DrillKind,
  type DrillReport,
  type DrillView,
  type ProbeStrip,
  type Verdict,
} from '#model/drill.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { asTesseraError } from '#server/platform/error.ts';
import { readWrites, removeProbes } from './arrange-probes.ts';
import { writeKey } from './choose-probes.ts';
import {
  changeDrill,
  type DrillRow,
  findDrill,
  type HitPod,
  injectedOf,
  objectivesIn,
  toDrillView,
  victimOf,
} from './drill-rows.ts';
import type { FaultContext } from './fault-kind.ts';
import { judgeObjectives, verdictOf } from './judge-drill.ts';
import { figuresOf } from './probe-figures.ts';
import { readEarlier, readInstances, readWorkloadsOf } from './read-facts.ts';
import { marksOf, stripsOf } from './read-strips.ts';
import { reportDrill } from './report-drill.ts';

/** Samples are written twice a second, and the last question may take a second. */
const FLUSH_MS = 1600;
const LOOK_MS = 100;

type Ending = Pick<FaultContext, 'pool' | 'vault' | 'clock' | 'signal' | 'log'>;

/**
 * Judges, writes the report and ends the drill; once. `trouble`: why it ends without having run its course. Answers the verdict, null when
 * it had ended before.
 */
export async function endDrill(context: Ending, id: number, trouble: string | null = null): Promise<Verdict | null> {
  const row = await inTransaction(context.pool, (tx) => findDrill(tx, id));
  if (row.endedAt !== null) return null;
  const watchedUntil = injectedOf(row).watchedUntil;
  const until = watchedUntil === null ? context.clock.now() : new Date(watchedUntil);
  await waitForSamples(context, row, until);
  const writes = await checkWrites(context, row);
  const verdict = await inTransaction(context.pool, (tx) => keepReport(context, tx, { id, until, writes, trouble }));
  // nobody waits for this: the report is there already
  if (!injectedOf(row).probing) return verdict;
  await removeProbes(context, row, context.signal).catch(async (thrown: unknown) => {
    if (context.signal.aborted) throw thrown;
    await context.log(`what the probes needed is still in the cluster: ${asTesseraError(thrown).message}`, 'warn');
  });
  return verdict;
}

type Writes = DrillReport['writes'] & { trouble: string | null };
type End = { id: number; until: Date; writes: Writes; trouble: string | null };

async function keepReport({ clock }: Ending, tx: Tx, { id, until, writes, trouble }: End): Promise<Verdict | null> {
  const row = await findDrill(tx, id, 'for update');
  if (row.endedAt !== null) return null;
  const injected = injectedOf(row);
  const strips = await stripsOf(tx, row);
  const endMs = until.getTime() - (row.injectedAt ?? until).getTime();
  const figures = strips.map((strip) => figuresOf(strip, endMs));
  const view = toDrillView(row);
  const cutShort =
    row.stopRequestedAt !== null || row.injectedAt === null || injected.failure !== null || trouble !== null;
  const evidence = {
    layer: DRILL_LAYER[view.kind],
    objectives: objectivesIn(row),
    times: view.times,
    probes: strips.map((strip) => strip.probe),
    figures,
    writes,
    harm: await harmOf(tx, row),
    cutShort,
  };
  const results = judgeObjectives(evidence);
  const verdict = verdictOf(evidence, results);
  const endedAt = clock.now();
  const ended: DrillView = { ...view, state: 'ended', verdict, endedAt: endedAt.toISOString(), figures };
  const met = results.filter((result) => result.met).length;
  const why = injected.failure ?? trouble;
  const summary = summaryOf(ended, `${met} of ${results.length} limits met`, why);
  const report = reportDrill({
    drill: { ...ended, summary },
    cut: injected.cut,
    failure: injected.failure,
    results,
    strips: await onlyAround(strips, endMs),
    marks: await marksOf(tx, { ...row, endedAt }),
    pods: await podsMoved(tx, row),
    writes: { acknowledged: writes.acknowledged, lost: writes.lost },
    earlier: (await readEarlier(tx, DrillKind.parse(row.kind))).filter((one) => one.id !== id),
    alerts: await alertsOf(tx, row),
    unasked: injected.unasked,
    troubles: [
      ...(why === null ? [] : [why]),
      ...(evidence.harm === null ? [] : [evidence.harm]),
      ...(writes.trouble === null ? [] : [writes.trouble]),
      ...(row.injectedAt !== null && !row.undone ? ['The undo was not seen to succeed: look at what was hit.'] : []),
    ],
  });
  await changeDrill(tx, id, { state: 'ended', verdict, summary, endedAt, figures, report });
  await appendAudit(tx, SYSTEM_ACTOR, 'end-drill', `drill/${id}`, {
    cluster: row.clusterName,
    kind: row.kind,
    verdict,
    digest: report.digest,
  });
  return verdict;
}

/** A VM that only the director could not hear lived all the while: replacing it would make two of one. */
async function harmOf(tx: Tx, row: DrillRow): Promise<string | null> {
  const { injectedAt } = row;
  const { cid, cut } = injectedOf(row);
  const victim = victimOf(row);
  if (injectedAt === null || row.kind !== 'network-cut' || cut !== 'director' || victim.type !== 'instance')
    return null;
  const now = (await readInstances(tx, row.deployment)).find((one) => one.id === victim.instance);
  return now?.vmCid === cid
    ? null
    : `${victim.name} lived, was only cut from the director, and was replaced all the same.`;
}

function summaryOf(drill: DrillView, limits: string, why: string | null): string {
  if (why !== null) return `${drill.verdict}: ${why}`;
  if (drill.verdict === 'STOPPED') return 'STOPPED on request, and undone.';
  return `${drill.verdict}: ${limits}.`;
}

/** The page shows what was around the fault; all samples stay in their table. */
async function onlyAround(strips: ProbeStrip[], endMs: number): Promise<ProbeStrip[]> {
  const BEFORE_MS = 3000;
  return strips.map(({ probe, samples }) => ({
    probe,
    samples: samples.filter((sample) => sample.at >= -BEFORE_MS && sample.at <= endMs),
  }));
}

/** Until every probe has a sample from the last moments of the watch, or long enough. */
async function waitForSamples({ pool, clock, signal }: Ending, row: DrillRow, until: Date): Promise<void> {
  const began = clock.monotonic();
  while (clock.monotonic() - began < FLUSH_MS) {
    const strips = await inTransaction(pool, (tx) => stripsOf(tx, row, { sinceMs: -FLUSH_MS }));
    const endMs = until.getTime() - (row.injectedAt ?? row.createdAt).getTime();
    if (strips.every(({ samples }) => samples.some((sample) => sample.at >= endMs))) return;
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Every write that was confirmed must be there. */
async function checkWrites(context: Ending, row: DrillRow): Promise<Writes> {
  const rows = await inTransaction(context.pool, (tx) =>
    tx.db
      .select({ second: drillSamples.second, answers: drillSamples.answers })
      .from(drillSamples)
      .where(and(eq(drillSamples.drillId, row.id), eq(drillSamples.probe, 'api-write')))
      .limit(20_000),
  );
  const confirmed = rows.flatMap(({ second, answers }) =>
    answers.filter(([, , result]) => result !== 2).map(([offset]) => writeKey(second.getTime() + offset)),
  );
  if (confirmed.length === 0) return { acknowledged: 0, lost: 0, trouble: null };
  try {
    const found = await readWrites(context, row, context.signal);
    return { acknowledged: confirmed.length, lost: confirmed.filter((key) => !found.has(key)).length, trouble: null };
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    const trouble = `Whether a confirmed write was lost is not known: ${asTesseraError(thrown).message}`;
    return { acknowledged: confirmed.length, lost: null, trouble };
  }
}

/** Where each pod that was hit runs now, as the platform's own books and the watcher have it. */
async function podsMoved(tx: Tx, row: DrillRow): Promise<DrillReport['pods']> {
  const { pods } = injectedOf(row);
  if (pods.length === 0 || row.injectedAt === null) return [];
  const injectedAt = row.injectedAt;
  const { pods: now } = await readWorkloadsOf(tx, row.clusterName, [], row.deployment);
  const books = await tx.db
    .select({ subject: recoveries.subject, recoveredAt: recoveries.recoveredAt })
    .from(recoveries)
    .where(and(eq(recoveries.layer, 'pod'), eq(recoveries.drillId, row.id)))
    .limit(1000);
  const taken = new Set(pods.map((pod) => pod.uid));
  return pods.map((pod: HitPod) => {
    const heir = now.find(
      (one) =>
        one.namespace === pod.namespace &&
        one.keeper === pod.keeper &&
        one.ready &&
        !taken.has(one.uid) &&
        Date.parse(one.createdAt) >= injectedAt.getTime() - 1000,
    );
    if (heir) taken.add(heir.uid);
    const booked = books.find(
      (one) => one.subject === `pod/${row.deployment}/${pod.namespace}/${pod.name}`,
    )?.recoveredAt;
    const readyMs = booked ? booked.getTime() - injectedAt.getTime() : (row.times['podsBackMs'] ?? null);
    return {
      namespace: pod.namespace,
      name: pod.name,
      from: pod.node,
      to: heir?.node ?? null,
      readyMs: heir ? readyMs : null,
    };
  });
}

/** What was sent to people because of this drill, and how soon. */
async function alertsOf(tx: Tx, row: DrillRow): Promise<DrillReport['alerts']> {
  const rows = await tx.db
    .select({
      title: alerts.title,
      channel: channels.name,
      state: deliveries.state,
      deliveredAt: deliveries.deliveredAt,
    })
    .from(deliveries)
    .innerJoin(alerts, eq(deliveries.alertId, alerts.id))
    .innerJoin(channels, eq(deliveries.channelId, channels.id))
    .where(eq(alerts.drillId, row.id))
    .orderBy(asc(deliveries.id))
    .limit(200);
  const zero = (row.injectedAt ?? row.createdAt).getTime();
  return rows.map(({ title, channel, state, deliveredAt }) => ({
    title,
    channel,
    state,
    afterMs: deliveredAt === null ? null : deliveredAt.getTime() - zero,
  }));
}
