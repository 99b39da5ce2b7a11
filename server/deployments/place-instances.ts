import type { InstanceGroup } from '#model/manifest.ts';

export type Placed = { id: string; group: string; index: number; az: string; bootstrap: boolean };
export type Existing = Placed & { persistentDisk: number };

export type Placement = { keep: Existing[]; create: Placed[]; remove: Existing[] };

/**
 * Which instances of a group stay, come and go; AZs balanced as BOSH does it: existing instances stay where they are while their AZ is
 * wanted, new ones go to the AZ with the fewest, ties to the first in order; too many: those with the highest index of the fullest AZ go.
 * Pure. One instance is bootstrap: the lowest index, and it stays so.
 */
export function placeInstances(group: InstanceGroup, existing: Existing[], newId: () => string): Placement {
  const keep = existing.filter((instance) => group.azs.includes(instance.az)).sort((a, b) => a.index - b.index);
  const remove = existing.filter((instance) => !group.azs.includes(instance.az));
  while (keep.length > group.instances) {
    const victim = fullestFirst(keep, group.azs);
    keep.splice(keep.indexOf(victim), 1);
    remove.push(victim);
  }
  const create: Placed[] = [];
  const taken = new Set(keep.map((instance) => instance.index));
  while (keep.length + create.length < group.instances) {
    let index = 0;
    while (taken.has(index)) index += 1;
    taken.add(index);
    create.push({
      id: newId(),
      group: group.name,
      index,
      az: emptiest([...keep, ...create], group.azs),
      bootstrap: false,
    });
  }
  if (!keep.some((instance) => instance.bootstrap)) {
    const first = [...keep, ...create].sort((a, b) => a.index - b.index)[0];
    if (first) first.bootstrap = true;
  }
  return { keep, create, remove };
}

function countByAz(instances: Placed[], azs: string[]): Map<string, number> {
  const counts = new Map(azs.map((az) => [az, 0]));
  for (const instance of instances) counts.set(instance.az, (counts.get(instance.az) ?? 0) + 1);
  return counts;
}

function emptiest(instances: Placed[], azs: string[]): string {
  const counts = countByAz(instances, azs);
  const fewest = Math.min(...azs.map((az) => counts.get(az) ?? 0));
  const found = azs.find((az) => counts.get(az) === fewest);
  if (found === undefined) throw new Error('an instance group without AZs cannot be placed');
  return found;
}

function fullestFirst<T extends Placed>(instances: T[], azs: string[]): T {
  const counts = countByAz(instances, azs);
  const most = Math.max(...counts.values());
  const victim = instances
    .filter((instance) => counts.get(instance.az) === most && (!instance.bootstrap || instances.length === 1))
    .sort((a, b) => b.index - a.index)[0];
  const last = victim ?? instances.at(-1);
  if (last === undefined) throw new Error('no instance is left to remove');
  return last;
}
