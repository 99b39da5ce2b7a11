import type { PowerState } from '#server/cpi/cpi.ts';

/** Three pings of a second each may be missing. */
export const SILENT_MS = 3000;
/** With fewer than two peers to ask, silence has to last longer before it counts as death. */
const ONE_PEER_MS = 6000;
const NO_PEER_MS = 15_000;
/** A VM that was just started, or that no director of this life has heard yet, may still be booting. */
export const BOOT_MS = 60_000;

/** What is known of a silent VM. Times in ms, all monotonic. */
export type Evidence = {
  /** Null: the infrastructure does not answer now. */
  power: PowerState | null;
  silentMs: number;
  /** How much longer than usual answers may take: 1 on a calm machine. */
  strain: number;
  /** Since the VM was started; null when that is long ago or unknown. */
  sinceStartMs: number | null;
  /** How many peers were asked, and whether any, the director itself or the VM's own lease says that it lives. Null: not asked yet. */
  probe: { peers: number; answered: boolean } | null;
  /** How long it is known to be cut off. */
  partitionedMs: number;
  partitionTimeoutMs: number;
  /** Most of the fleet fell silent with it: it is rather this director that hears nothing. */
  isFleetSilent: boolean;
};

export type VmVerdict =
  | { health: 'alive' | 'suspect' | 'unknown'; reason: string }
  | { health: 'dead'; reason: string }
  | { health: 'hung'; reason: string }
  | { health: 'partitioned'; reason: string; isOver: boolean };

/** What to hold of a VM. `hung`, and `partitioned` with `isOver`, are to be fenced before anything else. Pure. */
export function judgeVm(evidence: Evidence): VmVerdict {
  const { power, silentMs, probe } = evidence;
  if (power === 'off') return { health: 'dead', reason: 'its VM is off' };
  if (power === 'missing') return { health: 'dead', reason: 'its VM is gone' };
  if (silentMs < SILENT_MS) return { health: 'suspect', reason: 'its agent is not connected' };
  if (power === null)
    return { health: 'unknown', reason: 'its agent is silent and the infrastructure does not answer' };
  if (probe === null) return { health: 'suspect', reason: 'its agent is silent; its peers are being asked' };
  if (probe.answered) {
    const isOver = evidence.partitionedMs >= evidence.partitionTimeoutMs;
    return { health: 'partitioned', reason: 'its agent is silent, but others reach it', isOver };
  }
  const isBooting = evidence.sinceStartMs !== null && evidence.sinceStartMs < BOOT_MS;
  if (silentMs < patienceOf(evidence, probe.peers) || isBooting)
    return { health: 'suspect', reason: 'its agent is silent; too few can say whether it lives' };
  return { health: 'hung', reason: `it is on, but neither its agent nor its programs answer ${whoOf(probe.peers)}` };
}

function patienceOf({ isFleetSilent, partitionTimeoutMs, strain }: Evidence, peers: number): number {
  if (isFleetSilent) return partitionTimeoutMs;
  if (peers >= 2) return SILENT_MS * strain;
  return (peers === 1 ? ONE_PEER_MS : NO_PEER_MS) * strain;
}

function whoOf(peers: number): string {
  if (peers === 0) return 'the director';
  return `the director or ${peers === 1 ? 'its peer' : `${peers} of its peers`}`;
}
