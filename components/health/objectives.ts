import type { Layer, RecoveryView } from '#model/health.ts';

/** How layers are called on pages. */
export const LAYER_NAMES = {
  pod: 'Pod',
  process: 'Process',
  vm: 'VM',
  az: 'AZ',
} as const satisfies Record<Layer, string>;

type Objective = { detectMs: number; recoverMs: number; promise: string };

/** What Tessera promises of each layer, in ms from the fault. A recovery is met when it ended within `recoverMs`. */
export const OBJECTIVES = {
  pod: { detectMs: 1000, recoverMs: 4000, promise: 'a pod that goes is Ready again within 4 s' },
  process: {
    detectMs: 200,
    recoverMs: 3000,
    promise:
      'a process that dies runs again at once and is healthy within 1 s, etcd and a single API server within 3 s',
  },
  vm: {
    detectMs: 1000,
    recoverMs: 10_000,
    promise: 'a VM that dies is noticed within 1 s (hung: 4 s) and replaced within 10 s',
  },
  az: { detectMs: 1000, recoverMs: 20_000, promise: 'all pods of an AZ that goes are Ready elsewhere within 20 s' },
} as const satisfies Record<Layer, Objective>;

export type Share = { met: number; of: number };

/** How many of the recoveries that ended met their layer's objective. Pure. */
export function shareMet(layer: Layer, recoveries: readonly RecoveryView[]): Share {
  const ended = recoveries.filter((recovery) => recovery.layer === layer && recovery.recoveredAt !== null);
  return { met: ended.filter(isMet).length, of: ended.length };
}

/** Milliseconds from the fault to its end; null while it is open. */
export const recoveryMs = (recovery: Pick<RecoveryView, 'beganAt' | 'recoveredAt'>): number | null =>
  recovery.recoveredAt === null ? null : Math.max(0, Date.parse(recovery.recoveredAt) - Date.parse(recovery.beganAt));

export const detectionMs = (recovery: Pick<RecoveryView, 'beganAt' | 'detectedAt'>): number | null =>
  recovery.detectedAt === null ? null : Math.max(0, Date.parse(recovery.detectedAt) - Date.parse(recovery.beganAt));

/** Did it end within the objective of its layer? */
export function isMet(recovery: RecoveryView): boolean {
  const ms = recoveryMs(recovery);
  return ms !== null && ms <= OBJECTIVES[recovery.layer].recoverMs;
}
