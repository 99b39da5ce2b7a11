import { TesseraError } from '#server/platform/error.ts';
import type { Agents } from './call-agent.ts';

/** Agents of a gateway that does not listen yet: nobody is connected until `arrive` brings the real ones. */
export class LateAgents implements Agents {
  #agents: Agents | null = null;

  arrive(agents: Agents): void {
    this.#agents = agents;
  }

  get isHere(): boolean {
    return this.#agents !== null;
  }

  isConnected(instance: string): boolean {
    return this.#agents?.isConnected(instance) ?? false;
  }

  connected(): string[] {
    return this.#agents?.connected() ?? [];
  }

  waitForAgent: Agents['waitForAgent'] = (instance, options) => this.#here().waitForAgent(instance, options);
  call: Agents['call'] = (instance, request, options) => this.#here().call(instance, request, options);

  #here(): Agents {
    if (this.#agents) return this.#agents;
    throw new TesseraError(
      'agent_timeout',
      'The gateway does not listen yet: the vault is locked. Unlock it, then retry.',
    );
  }
}
