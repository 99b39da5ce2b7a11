import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Probe } from '#model/drill.ts';
import { systemClock } from '#server/platform/clock.ts';
import { ask } from './ask.ts';
import { type ProbeLine, ProbeOrder, SLOW_MS } from './probe-order.ts';

/** A process that stood still this long does not make up for it: what was not asked is missing. */
const MOST_BEHIND_MS = 300;
const URGENT = -15;

/** Wall time that never jumps while this process lives. */
const wall = systemClock.now().getTime() - systemClock.monotonic();
const now = (): number => wall + systemClock.monotonic();

/**
 * The asking process of one drill, a child of the director so that a busy director falsifies nothing. Order on standard input, one line a
 * sample on standard output; it ends when either is closed.
 */
async function main(): Promise<void> {
  const order = ProbeOrder.parse(JSON.parse(await text(process.stdin)));
  hurry();
  process.stdout.on('error', () => process.exit(0));
  for (const [index, probe] of order.probes.entries()) {
    // spread over the interval: many at once would wait for each other
    const offset = Math.floor((index * order.intervalMs) / order.probes.length);
    void schedule(order, probe, now() + offset);
  }
}

/** A late question is a wrong measurement: on a busy machine this process goes first, where it may. */
function hurry(): void {
  try {
    setPriority(URGENT);
  } catch {
    // only root may; then it waits its turn, and what is missing is said
  }
}

/** Absolute: question n is due at begin + n × interval, however long the answers before took. */
async function schedule(order: ProbeOrder, probe: Probe, begin: number): Promise<never> {
  let due = begin;
  for (;;) {
    await systemClock.sleep(Math.max(0, due - now()));
    const behind = now() - due;
    if (behind < MOST_BEHIND_MS) void askAndTell(order, probe, Math.round(due));
    else due += Math.floor(behind / order.intervalMs) * order.intervalMs;
    due += order.intervalMs;
  }
}

async function askAndTell(order: ProbeOrder, probe: Probe, at: number): Promise<void> {
  const began = now();
  const tell = (line: Pick<ProbeLine, 'result' | 'error'>): void => {
    const ms = Math.round(now() - began);
    process.stdout.write(`${JSON.stringify({ probe: probe.id, at, ms, ...line } satisfies ProbeLine)}\n`);
  };
  try {
    await ask(order, probe, at);
    tell({ result: now() - began > SLOW_MS ? 1 : 0 });
  } catch (thrown) {
    tell({ result: 2, error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

await main();
