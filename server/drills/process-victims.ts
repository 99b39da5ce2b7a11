import type { DrillCheck, Victim } from '#model/drill.ts';
import { type DrillFacts, type DrillInstance, findInstance, type Hits, mastersOf, workersOf } from './drill-facts.ts';
import type { Expectation, FaultKind } from './fault-kind.ts';

/** Masters' processes without which nothing can be written. */
const API_PROCESSES = ['etcd', 'kube-apiserver'];
const PROPOSED = 'kubelet';

/** Any supervised process of the cluster; a worker's kubelet first. */
function processVictims(facts: DrillFacts): Victim[] {
  const rank = (victim: { process: string }): number => (victim.process === PROPOSED ? 0 : 1);
  return [...workersOf(facts), ...mastersOf(facts)]
    .flatMap((instance) => instance.processes.map((process) => toVictim(instance, process.name)))
    .toSorted((one, other) => rank(one) - rank(other));
}

export const toVictim = ({ id, name }: DrillInstance, process: string) =>
  ({ type: 'process', instance: id, name, process }) as const;

/** A process is back by itself within moments: no VM and no pod goes, a member is out only until then. */
const hitsOfProcess = (victim: Victim): Hits => ({
  instances: [],
  pods: [],
  members: victim.type === 'process' && victim.process === 'etcd' ? 1 : 0,
  lasting: false,
});

export function checkProcess(facts: DrillFacts, victim: Victim): DrillCheck[] {
  if (victim.type !== 'process') return [];
  const report = findInstance(facts, victim.instance)?.processes.find((one) => one.name === victim.process);
  if (!report)
    return [{ name: 'Process', verdict: 'red', sentence: `${victim.name} has no process ${victim.process}.` }];
  return report.state === 'running'
    ? [
        {
          name: 'Process',
          verdict: 'green',
          sentence: `${victim.process} of ${victim.name} runs (pid ${report.pid ?? 'unknown'}).`,
        },
      ]
    : [
        {
          name: 'Process',
          verdict: 'red',
          sentence: `${victim.process} of ${victim.name} is ${report.state}, not running.`,
        },
      ];
}

/** Is the API away while this process is? Only on the only master. */
export const carriesApi = (facts: DrillFacts, victim: Victim): boolean =>
  victim.type === 'process' &&
  API_PROCESSES.includes(victim.process) &&
  mastersOf(facts).some((master) => master.id === victim.instance);

const expectsProcess = (victim: Victim): Expectation => ({
  subjects: victim.type === 'process' ? [`process/${victim.instance}/${victim.process}`] : [],
  healths: [],
  capacity: 'process',
  heals: 'by repair',
});

export const nameProcess = (victim: Victim): string =>
  victim.type === 'process' ? `${victim.process} of ${victim.name}` : 'A process';

/** What all drills of the process layer have in common. */
export const processFault = {
  candidates: processVictims,
  nobody: 'no process of this cluster is known',
  hits: (_facts, victim) => hitsOfProcess(victim),
  checks: checkProcess,
  expects: ({ victim }) => expectsProcess(victim),
  deadlineMs: 60_000,
} satisfies Partial<FaultKind>;
