import type { VmHealth } from '#model/health.ts';

/** An instance that is wanted running, as the detector knows it from its row. */
export type Watched = {
  id: string;
  deployment: string;
  /** What people call the deployment: the cluster's name. */
  label: string;
  /** `worker/1`. */
  name: string;
  group: string;
  az: string;
  homeAz: string | null;
  network: string;
  address: string;
  vmCid: string | null;
  hasDisk: boolean;
  vmHealth: VmHealth;
  vmHealthReason: string;
  isCluster: boolean;
};

/** What the detector holds of one instance. All times are monotonic. */
export type VmCase = {
  instance: Watched;
  health: VmHealth;
  reason: string;
  /** The VM that `health` is said of: a task may have made another meanwhile. */
  judgedCid: string | null;
  /** Since when `health` holds. */
  since: number;
  /** Best known beginning of the fault. */
  beganAt: number;
  /** When its VM was last seen to start; null when that is not known. */
  startedAt: number | null;
  lookedAt: number;
  /** When the infrastructure last told that it stopped. */
  newsAt: number;
  isLooking: boolean;
  /** More was heard while it was being looked into. */
  isNewsWaiting: boolean;
  /** The row says the same. */
  isWritten: boolean;
  /** A fault of it may be open in the books: closed when it runs again. */
  hasFault: boolean;
  /** Its jobs run again; the fault is to be closed. */
  recoveredAt: number | null;
  /** Its node carries, or may carry, the taint of a dead machine. */
  isOutOfService: boolean;
  /** A repair was asked for then; not asked again at once. */
  askedAt: number;
};

export const isDown = (health: VmHealth): boolean => health === 'dead' || health === 'hung';

export function newCase(instance: Watched, now: number): VmCase {
  const { vmHealth } = instance;
  // what was being looked into when the last director ended is looked into anew
  const isKept = vmHealth === 'alive' || isDown(vmHealth);
  return {
    instance,
    health: isKept ? vmHealth : 'unknown',
    reason: isKept ? instance.vmHealthReason : '',
    judgedCid: instance.vmCid,
    since: now,
    beganAt: now,
    startedAt: null,
    lookedAt: Number.NEGATIVE_INFINITY,
    newsAt: Number.NEGATIVE_INFINITY,
    isLooking: false,
    isNewsWaiting: false,
    isWritten: isKept || vmHealth === 'unknown',
    hasFault: vmHealth !== 'alive' && vmHealth !== 'unknown',
    recoveredAt: null,
    isOutOfService: isDown(vmHealth),
    askedAt: Number.NEGATIVE_INFINITY,
  };
}
