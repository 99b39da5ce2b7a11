import type { Agents } from '#server/gateway/call-agent.ts';
import { SILENT_MS } from './judge-vm.ts';
import { MOST_PEERS, type Probed } from './probe-vm.ts';
import type { HeartbeatRecorder } from './record-heartbeat.ts';
import type { VmCase, Watched } from './vm-case.ts';

type Ears = { agents: Agents; heartbeats: Pick<HeartbeatRecorder, 'lifeOf'>; now: number };

/** Who may say whether `suspect` lives: instances of its network that are heard just now, those of its own deployment first. */
export function findWitnesses(cases: Iterable<VmCase>, suspect: Watched, ears: Ears): Probed[] {
  const near: Watched[] = [];
  const far: Watched[] = [];
  for (const other of cases) {
    if (near.length >= MOST_PEERS) break;
    const { instance } = other;
    if (instance.id === suspect.id || instance.network !== suspect.network || !isHeard(other, ears)) continue;
    if (instance.deployment === suspect.deployment) near.push(instance);
    else if (far.length < MOST_PEERS) far.push(instance);
  }
  return [...near, ...far].slice(0, MOST_PEERS).map((instance) => probed(instance, ears.heartbeats));
}

/** An instance with what is known of its processes. */
export function probed(instance: Watched, heartbeats: Ears['heartbeats']): Probed {
  const beat = heartbeats.lifeOf(instance.id)?.beat;
  return { instance, processes: beat?.processes.map(({ name }) => name) ?? [] };
}

function isHeard({ instance, health }: VmCase, { agents, heartbeats, now }: Ears): boolean {
  const life = heartbeats.lifeOf(instance.id);
  return health === 'alive' && life !== null && now - life.heardAt < SILENT_MS / 2 && agents.isConnected(instance.id);
}
