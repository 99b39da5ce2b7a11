import { join } from 'node:path';
import { Bootstrap } from '#agent/protocol.ts';
import type { Clock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Log } from '#server/platform/log.ts';
import { SimulatedAgent } from './agent.ts';
import { SimulatedConfig } from './config.ts';
import { sentinelsOf } from './faults.ts';
import { readState, type SimulatedState, type SimulatedVm, StateFile } from './state-file.ts';

export type SimulatedNews = { cid: string; instance: string; event: 'stopped' | 'started' | 'removed' };

/**
 * The simulated infrastructure of one installation: what exists (kept in a file), the agents of the VMs that are on, and who watches. Drivers made
 * on one world see the same VMs.
 */
export class World {
  readonly state: SimulatedState;
  readonly folder: string;
  readonly clock: Clock;
  readonly #log: Log;
  readonly #file: StateFile;
  readonly #agents = new Map<string, SimulatedAgent>();
  readonly #watchers = new Set<(news: SimulatedNews) => void>();

  private constructor(folder: string, state: SimulatedState, context: { clock: Clock; log: Log }) {
    this.folder = folder;
    this.state = state;
    this.clock = context.clock;
    this.#log = context.log;
    this.#file = new StateFile(join(folder, 'simulated.json'), state);
  }

  /** Opens what an earlier process left: VMs that were on are on. Their agents end when the signal aborts. */
  static open(config: SimulatedConfig, context: { clock: Clock; log: Log; signal?: AbortSignal }): World {
    const { state: folder } = SimulatedConfig.parse(config);
    const world = new World(folder, readState(join(folder, 'simulated.json')), context);
    for (const vm of Object.values(world.state.vms)) if (vm.power === 'on') world.#startAgent(vm);
    context.signal?.addEventListener('abort', () => world.#stopAgents(), { once: true });
    return world;
  }

  /** Resolves when all changes so far are kept. */
  save(): Promise<void> {
    return this.#file.save();
  }

  /** Powers a VM on and tells the watchers. */
  start(vm: SimulatedVm): void {
    vm.power = 'on';
    vm.bootId = newUuid();
    this.#startAgent(vm);
    this.#tell(vm, 'started');
  }

  /** Cuts the power of a VM and tells the watchers. */
  stop(vm: SimulatedVm): void {
    if (vm.power === 'off') return;
    vm.power = 'off';
    // rendered jobs lie in memory only, in real VMs too
    vm.spec = null;
    this.#agents.get(vm.cid)?.powerOff();
    this.#agents.delete(vm.cid);
    this.#tell(vm, 'stopped');
  }

  remove(vm: SimulatedVm): void {
    this.stop(vm);
    delete this.state.vms[vm.cid];
    this.#tell(vm, 'removed');
  }

  /** Calls `listener` for all news until the returned function is called. */
  watch(listener: (news: SimulatedNews) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  #startAgent(vm: SimulatedVm): void {
    const sentinels = sentinelsOf(vm);
    const bootstrap = Bootstrap.safeParse(parseJson(vm.bootstrap));
    if (!bootstrap.success) {
      this.#log.warn({ vm: vm.cid }, 'simulated VM has no usable bootstrap file; its agent does not start');
      return;
    }
    if (sentinels.includes('fail-agent')) return;
    const agent = new SimulatedAgent({
      vm,
      bootstrap: { ...bootstrap.data, gateway: onLoopback(bootstrap.data.gateway) },
      sentinels,
      clock: this.clock,
      onChange: () => this.save(),
      peers: { answers: (address) => this.#answers(address), halt: () => this.#halt(vm) },
      onFault: (error) => this.#log.debug({ vm: vm.cid, err: error }, 'simulated agent cannot get its spec yet'),
    });
    this.#agents.set(vm.cid, agent);
    agent.run().catch((error: unknown) => this.#log.error({ vm: vm.cid, err: error }, 'simulated agent ended'));
  }

  #halt(vm: SimulatedVm): void {
    this.stop(vm);
    this.save().catch((error: unknown) => this.#log.error({ vm: vm.cid, err: error }, 'cannot keep that a VM halted'));
  }

  /** A VM whose agent never comes up has programs that answer nobody either. */
  #answers(address: string): boolean {
    return [...this.#agents].some(([cid, agent]) => this.state.vms[cid]?.address === address && agent.answersPeers);
  }

  #stopAgents(): void {
    for (const agent of this.#agents.values()) agent.powerOff();
    this.#agents.clear();
  }

  #tell(vm: SimulatedVm, event: SimulatedNews['event']): void {
    for (const listener of this.#watchers) listener({ cid: vm.cid, instance: vm.instance, event });
  }
}

/** Simulated networks have no bridge: the gateway listens on loopback, and its agents are in this process. */
function onLoopback(gateway: string): string {
  const address = new URL(gateway);
  address.hostname = '127.0.0.1';
  return address.origin;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // reported by the caller as a bootstrap file that cannot be used
    return null;
  }
}
