import type { AzView, Meltdown, OverallState, VmHealth } from '#model/health.ts';

/** What a verdict needs of an instance. `healthy`: its VM is not missed and its jobs run. */
export type Judged = { group: string; name: string; vmHealth: VmHealth; healthy: boolean };
type Verdict = { state: OverallState; verdict: string };

/** Worst first. */
const ORDER: readonly OverallState[] = ['failed', 'attention', 'unknown', 'running'];

/** A cluster in words: quorum first, then workers, then who is missed. Pure. */
export function judgeCluster(cluster: { action: string; actionState: string }, members: readonly Judged[]): Verdict {
  const masters = members.filter((member) => member.group === 'master');
  const workers = members.filter((member) => member.group !== 'master');
  if (members.length === 0 || members.every((member) => member.vmHealth === 'unknown' && !member.healthy))
    return { state: 'unknown', verdict: `${cluster.action} ${cluster.actionState}; nothing was heard of its VMs yet.` };
  const up = masters.filter((member) => member.healthy).length;
  const needed = Math.floor(masters.length / 2) + 1;
  const serving = workers.filter((member) => member.healthy).length;
  const quorum = `${up} of ${masters.length} ${plural(masters.length, 'master')} up`;
  const counts = `${serving} of ${workers.length} ${plural(workers.length, 'worker')} up`;
  const missed = missedOf(members);
  if (up < needed)
    return {
      state: 'failed',
      verdict: `No quorum: ${quorum}, ${needed} needed. What runs goes on, nothing can be changed; ${counts}.${missed}`,
    };
  const tolerates = masters.length > 1 ? ` (tolerates ${up - needed} more)` : '';
  if (workers.length > 0 && serving === 0) return { state: 'failed', verdict: `No worker serves. ${quorum}.${missed}` };
  if (up + serving < members.length)
    return { state: 'attention', verdict: `Serving. ${quorum}${tolerates}, ${counts}.${missed}` };
  if (cluster.actionState === 'failed')
    return {
      state: 'attention',
      verdict: `Serving, but its last action (${cluster.action}) failed. ${quorum}, ${counts}.`,
    };
  return { state: 'running', verdict: `Healthy. ${quorum}${tolerates}, ${counts}.` };
}

/** The whole fleet in words. `platform`: instances that belong to no cluster. Pure. */
export function judgeFleet(facts: {
  director: 'running' | 'down';
  meltdown: Meltdown | null;
  azs: readonly AzView[];
  clusters: readonly { name: string; state: OverallState }[];
  platform: readonly Judged[];
}): Verdict {
  if (facts.director === 'down')
    return {
      state: 'unknown',
      verdict: 'The director is not at work: what is shown may be old, and nothing is repaired until it is back.',
    };
  const sentences: string[] = [];
  const states: OverallState[] = facts.clusters.map((cluster) => cluster.state);
  if (facts.meltdown) {
    const { down, total, scope } = facts.meltdown;
    sentences.push(`Meltdown: ${down} of ${total} VMs of ${scope} are down; repairs go in order, few at a time.`);
    states.push('failed');
  }
  for (const az of facts.azs.filter(({ state }) => state === 'down')) {
    sentences.push(`AZ ${az.name} is down.`);
    states.push('attention');
  }
  const sick = facts.platform.filter((member) => !member.healthy);
  if (sick.length > 0) {
    sentences.push(
      `Of the platform itself ${sick.map(({ name }) => name).join(', ')} ${sick.length === 1 ? 'is' : 'are'} not up.`,
    );
    states.push('attention');
  }
  const worst = ORDER.find((state) => states.includes(state)) ?? 'running';
  const broken = facts.clusters.filter(({ state }) => state !== 'running');
  sentences.push(
    broken.length === 0
      ? `${facts.clusters.length} ${plural(facts.clusters.length, 'cluster')}, all healthy.`
      : `${broken.length} of ${facts.clusters.length} ${plural(facts.clusters.length, 'cluster')} not healthy: ${namesOf(broken)}.`,
  );
  return { state: worst, verdict: sentences.join(' ') };
}

function missedOf(members: readonly Judged[]): string {
  const missed = members.filter((member) => !member.healthy);
  if (missed.length === 0) return '';
  const words = missed
    .slice(0, 3)
    .map((member) => `${member.name} ${member.vmHealth === 'alive' ? 'is not well' : `is ${member.vmHealth}`}`);
  const more = missed.length > words.length ? ` and ${missed.length - words.length} more` : '';
  return ` ${words.join(', ')}${more}.`;
}

const namesOf = (all: readonly { name: string }[]): string =>
  all.length <= 3
    ? all.map(({ name }) => name).join(', ')
    : `${all
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')} and ${all.length - 3} more`;

const plural = (count: number, noun: string): string => (count === 1 ? noun : `${noun}s`);
