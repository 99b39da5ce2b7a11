import { availableParallelism, loadavg } from 'node:os';

/** Up to so many waiting programs a core everything still answers in time. */
const EASY_LOAD = 4;
const MOST = 10;

/**
 * How much longer than usual a living program may take to answer on this machine: 1 when it is calm, up to 10. Silence on a machine that cannot
 * run its programs says nothing of them.
 */
export function machineStrain(): number {
  const [minute = 0] = loadavg();
  return Math.min(MOST, Math.max(1, minute / availableParallelism() / EASY_LOAD));
}
