import type { DrillCheck, Victim } from '#model/drill.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type DrillFacts, type DrillInstance, type Hits, mastersOf, movingPods } from './drill-facts.ts';
import type { FaultKind } from './fault-kind.ts';
import { hitApplications, objectivesOf, ownStart } from './objectives.ts';

const PODS_READY_MS = 20_000;

/** AZ layer: all power of one availability zone is gone, whoever had VMs there. */
export const azOff: FaultKind = {
  title: 'Switch off an availability zone',
  candidates: (facts) =>
    [...new Set(facts.instances.map((instance) => instance.az))]
      .toSorted((one, other) => weight(facts, one) - weight(facts, other) || one.localeCompare(other))
      .map((az) => ({ type: 'az', az })),
  nobody: 'no VM of this cluster is known',
  hits: hitsOfAz,
  checks: (facts, victim) => [checkOthers(facts, victim), checkZones(facts)],
  objectives: (facts, victim) => {
    const hits = hitsOfAz(facts, victim);
    const outage = hits.members > 0 ? 4000 : 2500;
    const pods = hitApplications(facts, hits);
    return objectivesOf({
      detectMs: 4000,
      podsBackMs: pods.length > 0 ? PODS_READY_MS + ownStart(pods) : null,
      serviceOutageMs: outage,
      apiReadOutageMs: outage,
      apiWriteOutageMs: outage,
    });
  },
  expects: ({ victim }, hits) => ({
    subjects: [...(victim.type === 'az' ? [`az/${victim.az}`] : []), ...hits.instances.map((id) => `instance/${id}`)],
    healths: ['dead', 'hung'],
    capacity: 'none',
    heals: 'by undo',
  }),
  deadlineMs: 90_000,
  told: (victim) => `The availability zone ${zoneOf(victim)} was switched off`,
  inject: async ({ cpi, signal }, { victim, undoAt }) => {
    await cpi.setAzPower(zoneOf(victim), 'off', { until: undoAt, signal });
    return `power off ${zoneOf(victim)}, until ${undoAt.toISOString()} at most`;
  },
  undo: async ({ cpi, signal }, { victim }) => {
    await cpi.setAzPower(zoneOf(victim), 'on', { signal });
    return `power on ${zoneOf(victim)}`;
  },
};

function hitsOfAz(facts: DrillFacts, victim: Victim): Hits {
  const hit = facts.instances.filter((instance) => victim.type === 'az' && instance.az === victim.az);
  return {
    instances: hit,
    pods: hit.flatMap((instance) => movingPods(facts, instance.node)),
    members: hit.filter((instance) => instance.group === 'master').length,
    lasting: true,
  };
}

/** Who else lives there is said before, not learnt after. */
function checkOthers(facts: DrillFacts, victim: Victim): DrillCheck {
  const also = facts.others.filter((other) => victim.type === 'az' && other.az === victim.az);
  const named = [...new Set(also.map((other) => `${other.owner} (${namesOf(also, other.owner)})`))];
  return named.length === 0
    ? { name: 'Others in the zone', verdict: 'green', sentence: 'Nothing else runs in this zone.' }
    : { name: 'Others in the zone', verdict: 'amber', sentence: `Hit too: ${named.join(', ')}.` };
}

const namesOf = (instances: (DrillInstance & { owner: string })[], owner: string): string =>
  instances
    .filter((instance) => instance.owner === owner)
    .map((instance) => instance.name)
    .join(', ');

function checkZones(facts: DrillFacts): DrillCheck {
  const zones = new Set(facts.instances.map((instance) => instance.az)).size;
  return zones > 1
    ? { name: 'Zones', verdict: 'green', sentence: `The cluster lives in ${zones} zones.` }
    : { name: 'Zones', verdict: 'red', sentence: 'The whole cluster lives in this zone: nothing would be left.' };
}

const weight = (facts: DrillFacts, az: string): number => mastersOf(facts).filter((master) => master.az === az).length;

function zoneOf(victim: Victim): string {
  if (victim.type === 'az') return victim.az;
  throw new TesseraError('invalid_input', 'The victim is no availability zone.');
}
