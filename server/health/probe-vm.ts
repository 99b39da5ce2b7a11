import { get as httpsGet } from 'node:https';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Watched } from './vm-case.ts';

/** Within this time a living program answers, on a busy machine too. */
const PROBE_MS = 1000;
/** The peer's own way to the director comes on top. */
const CALL_MS = 1500;
const MOST_PEERS = 2;

type Target = { host: string; port: number; path: string | null; tls: boolean };

/** Where the programs of a VM listen for others, by process. Any status line is an answer, a refusal too. */
const PORTS: Record<string, Omit<Target, 'host'>> = {
  kubelet: { port: 10_250, path: '/healthz', tls: true },
  'kube-apiserver': { port: 8443, path: '/livez', tls: true },
  'pks-api': { port: 9021, path: '/', tls: true },
  uaa: { port: 8443, path: '/healthz', tls: true },
};

export type ProbeRequest = {
  instance: Watched;
  /** Names of its processes as its agent last told them. */
  processes: readonly string[];
  /** Connected instances of its network, the best witnesses first. */
  peers: readonly string[];
  /** The director itself has a way to the network of the VMs. */
  asksHere: boolean;
  /** Whether its cluster heard of it since it fell silent; false when nobody can tell. */
  askLease: (signal: AbortSignal) => Promise<boolean>;
};

/**
 * Does anybody get an answer from the programs of a VM whose agent is silent? Two peers, the director itself and the cluster are asked side by
 * side, for a second. `peers`: how many of them could be asked. Throws only when the signal aborts.
 */
export async function probeVm(
  agents: Agents,
  request: ProbeRequest,
  signal: AbortSignal,
): Promise<{ peers: number; answered: boolean }> {
  const targets = targetsOf(request);
  const asked = request.peers.slice(0, MOST_PEERS);
  const answers = asked.map((peer) => askPeer(agents, peer, targets, signal));
  const lease = asked.length < MOST_PEERS ? request.askLease(signal) : Promise.resolve(false);
  const [here, leased, ...peers] = await Promise.all([request.asksHere && askHere(targets, signal), lease, ...answers]);
  signal.throwIfAborted();
  const told = peers.filter((answer) => answer !== null);
  return { peers: told.length, answered: here || leased || told.includes(true) };
}

function targetsOf({ instance, processes }: ProbeRequest): Target[] {
  const known = processes.flatMap((name) => PORTS[name] ?? []);
  // nothing was heard of it yet: a node has a kubelet
  const kubelet = PORTS.kubelet;
  const targets = known.length === 0 && instance.isCluster && kubelet ? [kubelet] : known;
  return targets.map((target) => ({ host: instance.address, ...target }));
}

/** Null when the peer itself could not be asked, or there is nothing to ask for. */
async function askPeer(agents: Agents, peer: string, targets: Target[], signal: AbortSignal): Promise<boolean | null> {
  if (targets.length === 0) return null;
  try {
    const request = { method: 'probe-peer', targets, timeoutMs: PROBE_MS } as const;
    const { answers } = await agents.call(peer, request, { signal, deadlineMs: CALL_MS });
    return answers.includes(true);
  } catch {
    // a witness that cannot be heard says nothing
    return null;
  }
}

async function askHere(targets: readonly Target[], signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(targets.map((target) => answersHere(target, signal)));
  return answers.includes(true);
}

function answersHere({ host, port, path }: Target, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
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
