import { inTransaction } from '#db/transaction.ts';
import type { Probe, ProbeStrip } from '#model/drill.ts';
import { arrangeProbes, removeProbes, writePath } from '#server/drills/arrange-probes.ts';
import { refuseDrill } from '#server/drills/begin-drill.ts';
import { changeDrill, type DrillRow, findDrill, injectedOf, probesOf } from '#server/drills/drill-rows.ts';
import type { FaultContext } from '#server/drills/fault-kind.ts';
import { stripsOf } from '#server/drills/read-strips.ts';
import { readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import { asTesseraError, TesseraError } from '#server/platform/error.ts';
import { ask } from './ask.ts';
import { PROBE_DEADLINE_MS, PROBE_INTERVAL_MS, type ProbeOrder } from './probe-order.ts';

/** All probes must be green this long before anything is broken. */
const BASELINE_MS = 3000;
/** A new node port takes a moment until every node knows it, and a busy machine another. */
const SETTLE_MS = 60_000;
const ARRANGE_MS = 15_000;
/** Of the questions that were due; a busy machine asks fewer. */
const LEAST_SHARE = 0.5;
const TRIES = 3;
const LOOK_MS = 250;

type Context = Pick<FaultContext, 'pool' | 'vault' | 'clock' | 'signal' | 'log'>;

/**
 * Puts what the probes need into the cluster, leaves out what cannot be asked, has the sampler begin, and waits for a green baseline. Throws
 * drill_refused, and the drill is refused, when there is none: nothing is broken on a cluster that does not answer.
 */
export async function startProbing(context: Context, id: number): Promise<void> {
  const row = await inTransaction(context.pool, (tx) => findDrill(tx, id));
  if (row.state !== 'running' || row.injectedAt !== null) return;
  // nobody wants to know what users feel: nothing to wait for
  if (probesOf(row).length === 0) return;
  try {
    if (!injectedOf(row).probing) await arrange(context, row);
    await waitForBaseline(context, id);
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    const error = asTesseraError(thrown);
    await refuseDrill(context, id, error.message);
    await removeProbes(context, row, context.signal).catch((left: unknown) =>
      context.log(`what the probes needed is still in the cluster: ${asTesseraError(left).message}`, 'warn'),
    );
    throw new TesseraError('drill_refused', error.message, { cause: thrown });
  }
}

async function arrange(context: Context, row: DrillRow): Promise<void> {
  const nodePort = await arrangePatiently(context, row);
  const named = probesOf(row).map((probe) =>
    probe.kind === 'dns' ? { ...probe, url: `${probe.url?.replace(/:\d+$/, '')}:${nodePort}` } : probe,
  );
  const access = await inTransaction(context.pool, (tx) => readKubeAccess(tx, context.vault, row.clusterUuid));
  const order: ProbeOrder = {
    ...access,
    probes: named,
    writePath: writePath(row.id),
    intervalMs: PROBE_INTERVAL_MS,
    deadlineMs: PROBE_DEADLINE_MS,
  };
  const looked = await Promise.all(named.map((probe) => lookAt(context, order, probe)));
  const unasked = looked.filter((one) => one !== null);
  for (const sentence of unasked) await context.log(sentence, 'warn');
  await inTransaction(context.pool, async (tx) => {
    const now = await findDrill(tx, row.id, 'for update');
    await changeDrill(tx, row.id, {
      probes: named.filter((_probe, index) => looked[index] === null),
      injected: { ...injectedOf(now), unasked, probing: true },
    });
  });
}

/** An API that is slow to answer is asked again for a while. */
async function arrangePatiently(context: Context, row: DrillRow): Promise<number> {
  const until = context.clock.monotonic() + ARRANGE_MS;
  for (;;) {
    try {
      return await arrangeProbes(context, row, context.signal);
    } catch (thrown) {
      const isAway = asTesseraError(thrown).code === 'kubernetes_unavailable';
      if (context.signal.aborted || !isAway || context.clock.monotonic() > until) throw thrown;
      await context.clock.sleep(LOOK_MS, context.signal);
    }
  }
}

/** Services that speak no HTTP and data that was never written cannot be probes; why, or null when it answers or must answer. */
async function lookAt(context: Context, order: ProbeOrder, probe: Probe): Promise<string | null> {
  if (probe.kind !== 'service' && probe.kind !== 'data') return null;
  let last = '';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      await ask(order, probe, 0);
      return null;
    } catch (thrown) {
      last = asTesseraError(thrown).message;
      await context.clock.sleep(LOOK_MS, context.signal);
    }
  }
  return `${probe.name}: not asked in this drill, because it did not answer as it should before the fault (${last}).`;
}

async function waitForBaseline(context: Context, id: number): Promise<void> {
  const began = context.clock.monotonic();
  let sick: string[] = ['nothing was asked yet'];
  while (context.clock.monotonic() - began < SETTLE_MS) {
    const { state, strips } = await inTransaction(context.pool, async (tx) => {
      const row = await findDrill(tx, id);
      const age = context.clock.now().getTime() - row.createdAt.getTime();
      return { state: row.state, strips: await stripsOf(tx, row, { sinceMs: age - 2 * BASELINE_MS }) };
    });
    // stopped: the steps that follow end it
    if (state !== 'running') return;
    sick = strips.filter((strip) => !isGreen(strip)).map(({ probe }) => probe.name);
    if (sick.length === 0) return;
    await context.clock.sleep(LOOK_MS, context.signal);
  }
  throw new TesseraError(
    'drill_refused',
    `Not green for ${BASELINE_MS / 1000} s before the fault: ${sick.join(', ')}.`,
  );
}

/** The last three seconds are there and without a failure. */
function isGreen({ samples }: ProbeStrip): boolean {
  const last = samples.at(-1);
  if (!last) return false;
  const recent = samples.filter((sample) => sample.at > last.at - BASELINE_MS);
  const due = BASELINE_MS / PROBE_INTERVAL_MS;
  return recent.length >= due * LEAST_SHARE && recent.every((sample) => sample.result !== 'fail');
}
