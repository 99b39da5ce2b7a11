import { get as httpsGet } from 'node:https';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Watched } from './vm-case.ts';

/** Within this time a living program answers, on a busy machine too. */
const PROBE_MS = 1000;
const MOST_PROBE_MS = 5000;
/** The peer's own way to the director comes on top. */
const CALL_MS = 500;
export const MOST_PEERS = 2;

type Target = { host: string; port: number; path: string | null; tls: boolean };

/** Where the programs of a VM listen for others, by process. Any status line is an answer, a refusal too. */
const PORTS: Record<string, Omit<Target, 'host'>> = {
  kubelet: { port: 10_250, path: '/healthz', tls: true },
  'kube-apiserver': { port: 8443, path: '/livez', tls: true },
  'pks-api': { port: 9021, path: '/', tls: true },
  uaa: { port: 8443, path: '/healthz', tls: true },
};

/** An instance, and the names of its processes as its agent last told them. */
export type Probed = { instance: Watched; processes: readonly string[] };

export type ProbeRequest = {
  suspect: Probed;
  /** Connected instances of its network, the best witnesses first. */
  peers: readonly Probed[];
  /** How much longer than usual an answer may take. */
  strain: number;
  /** The director itself has a way to the network of the VMs. */
  asksHere: boolean;
  /** Whether its cluster heard of it since it fell silent; false when nobody can tell. */
  askLease: (signal: AbortSignal) => Promise<boolean>;
};

/**
 * Does anybody get an answer from the programs of a VM whose agent is silent? Two peers, the director itself and (with too few peers) the cluster
 * are asked side by side, for a second. A peer that does not get an answer from a healthy VM either is no witness. `peers`: how many witnesses
 * there were. Throws only when the signal aborts.
 */
export async function probeVm(
  agents: Agents,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<{ peers: number; answered: boolean }> {
  const targets = targetsOf(request.suspect);
  const timeoutMs = Math.round(Math.min(MOST_PROBE_MS, PROBE_MS * request.strain));
  const witnesses = request.peers.slice(0, MOST_PEERS);
  const told = witnesses.map((peer, index) => {
    const control = targetsOf(witnesses[index === 0 ? 1 : 0] ?? peer);
    return askPeer(agents, { peer: peer.instance.id, targets, control, timeoutMs }, signal);
  });
  const here = request.asksHere ? askHere(targets, timeoutMs, signal) : false;
  const lease = witnesses.length < MOST_PEERS ? request.askLease(signal) : false;
  const [isHeardHere, isLeased, ...answers] = await Promise.all([here, lease, ...told]);
  signal.throwIfAborted();
  return {
    peers: answers.filter((answer) => answer !== null).length,
    answered: isHeardHere || isLeased || answers.includes(true),
  };
}

function targetsOf({ instance, processes }: Probed): Target[] {
  const known = processes.flatMap((name) => PORTS[name] ?? []);
  // nothing was heard of it yet: a node has a kubelet
  const kubelet = PORTS.kubelet;
  const targets = known.length === 0 && instance.isCluster && kubelet ? [kubelet] : known;
  return targets.map((target) => ({ host: instance.address, ...target }));
}

type PeerQuestion = { peer: string; targets: Target[]; control: Target[]; timeoutMs: number };

/** Null when the peer cannot tell: it could not be asked, there is nothing to ask for, or healthy programs do not answer it in time either. */
async function askPeer(agents: Agents, question: PeerQuestion, signal: AbortSignal): Promise<boolean | null> {
  const { peer, targets, control, timeoutMs } = question;
  if (targets.length === 0) return null;
  try {
    const { answers } = await agents.call(
      peer,
      { method: 'probe-peer', targets: [...targets, ...control], timeoutMs },
      { signal, deadlineMs: timeoutMs + CALL_MS },
    );
    if (answers.slice(0, targets.length).includes(true)) return true;
    return control.length === 0 || answers.slice(targets.length).includes(true) ? false : null;
  } catch {
    // a witness that cannot be heard says nothing
    return null;
  }
}

async function askHere(targets: readonly Target[], timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(targets.map((target) => answersHere(target, timeoutMs, signal)));
  return answers.includes(true);
}

function answersHere({ host, port, path }: Target, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    // not verified: it is asked whether it lives, and told nothing
    const options = { host, port, path, agent: false as const, rejectUnauthorized: false, signal: inTime };
    const request = httpsGet(options, (answer) => {
      resolve(true);
      answer.once('error', () => answer.destroy());
      request.destroy();
    });
    request.once('error', () => resolve(false));
  });
}
