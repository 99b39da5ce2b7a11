import type { Meltdown, MeltdownRule, MeltdownSettings } from '#model/health.ts';

/** An instance as the guard counts it. `downMs`: how long it is down; null while it is not. */
export type Counted = { deployment: string; group: string; az: string; downMs: number | null };

type Scope = { rule: Meltdown['rule']; scope: string; down: number; total: number };

/**
 * Are so many down at once that repairing all of them would do harm? BOSH's rule over the fleet, and one for small clusters, counted in each AZ
 * and instance group. Instances of an AZ that is wholly down are left out: that is an AZ's alarm. Pure; null when all is calm. Source of the
 * first rule: github.com/cloudfoundry/bosh, bosh-monitor/lib/bosh/monitor/plugins/resurrector_helper.rb.
 */
export function judgeMeltdown(
  all: readonly Counted[],
  settings: Pick<MeltdownSettings, 'fleet' | 'group'>,
  azsDown: ReadonlySet<string>,
): Omit<Meltdown, 'since'> | null {
  const counted = all.filter((instance) => !azsDown.has(instance.az));
  const fleet = count('fleet', 'the fleet', counted, settings.fleet);
  if (isOver(fleet, settings.fleet)) return fleet;
  const scopes = [
    ...[...Map.groupBy(counted, ({ az }) => az)].map(([az, members]) => ({ name: `AZ ${az}`, members })),
    ...[...Map.groupBy(counted, ({ deployment, group }) => `${group} of ${deployment}`)].map(([name, members]) => ({
      name,
      members,
    })),
  ];
  return (
    scopes
      .map(({ name, members }) => count('group', name, members, settings.group))
      .filter((scope) => isOver(scope, settings.group))
      .toSorted((a, b) => b.down - a.down || a.scope.localeCompare(b.scope))[0] ?? null
  );
}

function count(rule: Scope['rule'], scope: string, members: readonly Counted[], limits: MeltdownRule): Scope {
  const windowMs = limits.windowSeconds * 1000;
  const down = members.filter(({ downMs }) => downMs !== null && downMs <= windowMs).length;
  return { rule, scope, down, total: members.length };
}

const isOver = ({ down, total }: Scope, { minimumDown, percent }: MeltdownRule): boolean =>
  down >= minimumDown && down * 100 >= percent * total;
