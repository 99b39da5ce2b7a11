import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Surroundings } from './figure.ts';

const lookMs = 1_000;
/** Idle enough for a run that is to be compared with others. */
const calmPercent = 80;
/** So many looks in a row: programs pause for a second now and then. */
const calmLooks = 3;

/**
 * Looks what the machine does besides; call it just before a run. Where something else works, waits for calm for as long as
 * `calmWithinMs` says, and then gives up: the answer tells what it was like in the end.
 */
export async function lookAround(calmWithinMs: number): Promise<Surroundings> {
  const end = performance.now() + calmWithinMs;
  for (let calm = 0; ; ) {
    const seen = await look();
    calm = seen.idlePercent >= calmPercent ? calm + 1 : 0;
    if (calm === calmLooks || performance.now() >= end) return seen;
  }
}

async function look(): Promise<Surroundings> {
  const before = processorTimes();
  await sleep(lookMs);
  const after = processorTimes();
  const idle = (after.idle - before.idle) / Math.max(1, after.total - before.total);
  return { load: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]), idlePercent: Math.round(idle * 100) };
}

/** Seconds that all processors worked since boot, for whomever. */
export function busySeconds(): number {
  const { idle, total } = processorTimes();
  return (total - idle) / ticksPerSecond;
}

/** USER_HZ; the kernel promises programs 100 whatever its own clock. */
export const ticksPerSecond = 100;

function processorTimes(): { idle: number; total: number } {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  // user nice system idle iowait irq softirq steal; what guests use is in user already
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { idle: (times[3] ?? 0) + (times[4] ?? 0), total: times.reduce((sum, time) => sum + time, 0) };
}
