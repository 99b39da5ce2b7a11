import type { DrillCheck, DrillRequest, Victim } from '#model/drill.ts';
import { DRILL_LAYER } from '#model/drill.ts';
import { type Quorum, quorumOf, quorumSentence } from '#model/quorum.ts';
import { type DrillFacts, type Hits, isWell, mastersOf } from './drill-facts.ts';
import { kinds } from './kinds.ts';

const STALE_MS = 60_000;

/** All checks of a drill on a victim, in the order they are shown. Pure. */
export function checkDrill(facts: DrillFacts, request: DrillRequest, victim: Victim, hits: Hits): DrillCheck[] {
  return [
    checkHealth(facts),
    checkQuorum(facts, request, hits),
    checkRoom(facts, request, hits),
    checkOtherWork(facts, request),
    checkAlerts(facts),
    checkRepair(facts, request),
    checkNews(facts),
    checkData(facts),
    ...kinds[request.kind].checks(facts, victim, request),
  ];
}

/** Members that vote and answer now, and when the fault is done. */
export function quorumAround(facts: DrillFacts, hits: Hits): { before: Quorum; after: Quorum } {
  const masters = mastersOf(facts);
  const running = masters.filter(isWell).length;
  const lost = hits.members;
  return { before: quorumOf(running, masters.length), after: quorumOf(Math.max(0, running - lost), masters.length) };
}

function checkHealth(facts: DrillFacts): DrillCheck {
  const name = 'Cluster is healthy now';
  if (facts.cluster.state !== 'succeeded')
    return { name, verdict: 'red', sentence: `The last action on ${facts.cluster.name} is ${facts.cluster.state}.` };
  if (facts.instances.length === 0) return { name, verdict: 'red', sentence: 'The cluster has no VMs.' };
  const sick = facts.instances.filter((instance) => !isWell(instance));
  if (sick.length > 0) {
    const told = sick.map((one) => `${one.name} (${one.vmHealth}, ${one.jobState})`).join(', ');
    return { name, verdict: 'red', sentence: `Not well: ${told}. A drill would prove nothing now.` };
  }
  const failing = facts.instances.flatMap((one) =>
    one.processes.filter((process) => process.state !== 'running').map((process) => `${process.name} of ${one.name}`),
  );
  if (failing.length > 0) return { name, verdict: 'red', sentence: `Not running: ${failing.join(', ')}.` };
  const nodes = facts.workloads.nodes.filter((node) => !node.status.startsWith('Ready')).map((node) => node.name);
  if (nodes.length > 0) return { name, verdict: 'red', sentence: `Nodes not Ready: ${nodes.join(', ')}.` };
  return {
    name,
    verdict: 'green',
    sentence: `All ${facts.instances.length} VMs run and all their processes are healthy.`,
  };
}

function checkQuorum(facts: DrillFacts, request: DrillRequest, hits: Hits): DrillCheck {
  const name = 'Quorum after the fault';
  const { before, after } = quorumAround(facts, hits);
  if (hits.members === 0)
    return { name, verdict: 'green', sentence: `etcd is not touched: ${quorumSentence(before)}.` };
  const became = `${quorumSentence(before)}, then ${quorumSentence(after)}`;
  if (after.isHeld) return { name, verdict: 'green', sentence: `etcd: ${became}.` };
  if (!hits.lasting)
    return { name, verdict: 'amber', sentence: `etcd: ${became} until the process is back, within seconds.` };
  const masters = mastersOf(facts).length;
  return {
    name,
    verdict: 'red',
    sentence: `etcd: ${became}. ${DRILL_LAYER[request.kind] === 'az' ? 'The zone holds too many masters' : `With ${masters} ${masters === 1 ? 'master' : 'masters'} nothing could be written`}.`,
  };
}

function checkRoom(facts: DrillFacts, request: DrillRequest, hits: Hits): DrillCheck {
  const name = 'Room for the pods';
  if (hits.pods.length === 0) return { name, verdict: 'green', sentence: 'No pod has to move.' };
  const hit = new Set(hits.instances.map((instance) => instance.node));
  const left = facts.workloads.nodes.filter(
    (node) => !hit.has(node.name) && node.status === 'Ready' && node.taints.length === 0,
  );
  const serious = DRILL_LAYER[request.kind] === 'az' ? 'red' : 'amber';
  if (left.length === 0)
    return { name, verdict: serious, sentence: 'No other node takes pods: they wait until the VM is replaced.' };
  const free = (of: 'cpu' | 'memory'): number =>
    left.reduce((sum, node) => sum + node.allocatable[of] - node.requests[of], 0);
  const asked = (of: 'cpu' | 'memory'): number => hits.pods.reduce((sum, pod) => sum + pod.requests[of], 0);
  const sums = `they request ${asked('cpu')} m CPU and ${asked('memory')} MiB; free elsewhere: ${free('cpu')} m and ${free('memory')} MiB`;
  return asked('cpu') <= free('cpu') && asked('memory') <= free('memory')
    ? { name, verdict: 'green', sentence: `${hits.pods.length} pods move: ${sums}.` }
    : { name, verdict: serious, sentence: `Not all of ${hits.pods.length} pods fit elsewhere: ${sums}.` };
}

function checkOtherWork(facts: DrillFacts, request: DrillRequest): DrillCheck {
  const name = 'Nothing else is going on';
  const isAz = DRILL_LAYER[request.kind] === 'az';
  const drill = facts.drills.find((one) => isAz || one.cluster === facts.cluster.name);
  if (drill) return { name, verdict: 'red', sentence: `Drill ${drill.id} runs on ${drill.cluster}. One at a time.` };
  const task = facts.tasks.find((one) => isAz || one.concerns);
  if (task) return { name, verdict: 'red', sentence: `Task ${task.id} is at work: ${task.description}.` };
  if (facts.meltdown)
    return {
      name,
      verdict: 'red',
      sentence: `Meltdown: ${facts.meltdown.down} of ${facts.meltdown.total} VMs are down.`,
    };
  return { name, verdict: 'green', sentence: 'No other drill and no task is at work on this cluster.' };
}

function checkAlerts(facts: DrillFacts): DrillCheck {
  const name = 'No open alerts';
  const [worst] = facts.alerts.filter((alert) => !alert.acknowledged && alert.severity !== 'info');
  if (worst)
    return {
      name,
      verdict: 'red',
      sentence: `Open: ${worst.title}. Mend it, or acknowledge it if it does not matter here.`,
    };
  const [other] = facts.alerts;
  if (other) return { name, verdict: 'amber', sentence: `Open, and known: ${other.title}.` };
  return { name, verdict: 'green', sentence: 'Nothing is reported of this cluster.' };
}

function checkRepair(facts: DrillFacts, request: DrillRequest): DrillCheck {
  const name = 'Repair is on';
  const layer = DRILL_LAYER[request.kind];
  if (facts.resurrects) return { name, verdict: 'green', sentence: 'VMs of this cluster are repaired by themselves.' };
  return layer === 'vm' || layer === 'az'
    ? { name, verdict: 'red', sentence: 'Repair of VMs is switched off for this cluster: nobody would act.' }
    : { name, verdict: 'amber', sentence: 'Repair of VMs is switched off; this drill does not need it.' };
}

function checkNews(facts: DrillFacts): DrillCheck {
  const name = 'We know what runs';
  const { heardAt, problem } = facts.workloads;
  if (heardAt === null) return { name, verdict: 'red', sentence: 'Nothing was heard of the pods of this cluster yet.' };
  if (problem !== null)
    return { name, verdict: 'red', sentence: `The pods of this cluster are not being watched: ${problem}.` };
  const silent = facts.instances.filter(
    (one) => one.heardAt === null || facts.now.getTime() - one.heardAt.getTime() > STALE_MS,
  );
  if (silent.length > 0)
    return { name, verdict: 'red', sentence: `Not heard for a minute: ${silent.map((one) => one.name).join(', ')}.` };
  return {
    name,
    verdict: 'green',
    sentence: `${facts.workloads.pods.length} pods and all agents were heard of just now.`,
  };
}

function checkData(facts: DrillFacts): DrillCheck {
  const name = 'Data check';
  return facts.samples.length > 0
    ? {
        name,
        verdict: 'green',
        sentence: `${facts.samples.map((one) => one.name).join(', ')} is asked for its data all the while.`,
      }
    : { name, verdict: 'amber', sentence: 'No sample with data is deployed: that data survives is not checked.' };
}
