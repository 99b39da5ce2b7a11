import type { AzState } from '#model/health.ts';

/** A dead instance whose repair may be asked for. `otherAzs`: where its group may also run; empty for one with a disk. */
export type Candidate = {
  id: string;
  deployment: string;
  group: string;
  az: string;
  hasDisk: boolean;
  otherAzs: readonly string[];
  /** How long it is dead. */
  deadMs: number;
};

/** `poweredMs`: since its power came back; null when it was not off lately. */
export type AzNow = { state: AzState; power: 'on' | 'off' | null; poweredMs: number | null };

/** Before capacity is made elsewhere: an AZ that blinks is back by then. */
export const MOVE_AFTER_MS = 3000;
/** The infrastructure starts the VMs of an AZ that has power again; they need no repair unless they stay away. */
const RETURN_MS = 20_000;

/**
 * Which repairs to begin now, in order: masters, the platform's own VMs, workers; AZs in turn. Into an AZ without power nothing is repaired:
 * instances without disk go to another AZ that is up, the others wait. Into one that is wholly down but has power goes one repair at a time,
 * until something lives there. Pure.
 */
export function chooseRepairs(input: {
  candidates: readonly Candidate[];
  /** Instances whose repair runs, by AZ. */
  running: readonly { id: string; az: string; deployment: string; group: string }[];
  azs: ReadonlyMap<string, AzNow>;
  /** Repairs that may run at once, now. */
  most: number;
}): { id: string; toAz: string | null }[] {
  const { running, azs, most } = input;
  const busyIn = new Map<string, number>();
  for (const { az } of running) busyIn.set(az, (busyIn.get(az) ?? 0) + 1);
  const chosen: { id: string; toAz: string | null }[] = [];
  let units = new Set(running.map(unitOf)).size;
  const begun = new Set(running.map(unitOf));
  for (const candidate of inOrder(input.candidates)) {
    // the masters of one cluster count as one: without quorum none of them gets well alone
    const unit = unitOf(candidate);
    if (!begun.has(unit) && units >= most) continue;
    const place = placeOf(candidate, azs, busyIn);
    if (place === null) continue;
    if (!begun.has(unit)) units += 1;
    begun.add(unit);
    busyIn.set(place, (busyIn.get(place) ?? 0) + 1);
    chosen.push({ id: candidate.id, toAz: place === candidate.az ? null : place });
  }
  return chosen;
}

const unitOf = ({ id, deployment, group }: { id: string; deployment: string; group: string }): string =>
  group === 'master' ? `masters of ${deployment}` : id;

/** The AZ to repair in; null: not now. */
function placeOf(
  candidate: Candidate,
  azs: ReadonlyMap<string, AzNow>,
  busyIn: ReadonlyMap<string, number>,
): string | null {
  const home = azs.get(candidate.az);
  const poweredMs = home?.poweredMs ?? null;
  if (poweredMs !== null && poweredMs < RETURN_MS && candidate.deadMs > poweredMs) return null;
  if (home?.state !== 'down') return candidate.az;
  const isFirst = (busyIn.get(candidate.az) ?? 0) === 0;
  if (home.power !== 'off') return isFirst || candidate.group === 'master' ? candidate.az : null;
  if (candidate.hasDisk || candidate.deadMs < MOVE_AFTER_MS) return null;
  const elsewhere = candidate.otherAzs.filter((az) => (azs.get(az)?.state ?? 'up') !== 'down');
  return elsewhere.toSorted((a, b) => (busyIn.get(a) ?? 0) - (busyIn.get(b) ?? 0) || a.localeCompare(b))[0] ?? null;
}

/** Masters, then what belongs to no cluster, then workers; within each the AZs in turn, the longest dead first. */
function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const byRank = Map.groupBy(candidates, rankOf);
  return [...byRank].toSorted(([a], [b]) => a - b).flatMap(([, members]) => inTurn(members));
}

function rankOf({ group, deployment }: Candidate): number {
  if (group === 'master') return 0;
  return deployment.startsWith('service-instance_') ? 2 : 1;
}

function inTurn(members: readonly Candidate[]): Candidate[] {
  const oldest = members.toSorted((a, b) => b.deadMs - a.deadMs || a.id.localeCompare(b.id));
  const lanes = [...Map.groupBy(oldest, ({ az }) => az).values()];
  const longest = Math.max(0, ...lanes.map((lane) => lane.length));
  return Array.from({ length: longest }, (_, turn) => lanes.flatMap((lane) => lane.slice(turn, turn + 1))).flat();
}
