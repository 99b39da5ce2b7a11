import type { Agents } from './call-agent.ts';

/**
 * Agents of a gateway that does not listen yet. Runs go on as soon as a director has started, and some seconds, or with a locked vault a person,
 * may pass until agents can connect: who asks for one waits.
 */
export class LateAgents implements Agents {
  readonly #arrival = Promise.withResolvers<Agents>();
  #agents: Agents | null = null;

  arrive(agents: Agents): void {
    this.#agents = agents;
    this.#arrival.resolve(agents);
  }

  isConnected(instance: string): boolean {
    return this.#agents?.isConnected(instance) ?? false;
  }

  connected(): string[] {
    return this.#agents?.connected() ?? [];
  }

  waitForAgent: Agents['waitForAgent'] = async (instance, options) =>
    (await this.#here(options.signal)).waitForAgent(instance, options);
  call: Agents['call'] = async (instance, request, options) =>
    (await this.#here(options.signal)).call(instance, request, options);

  /** Rejects with the signal's reason when that aborts first. */
  #here(signal: AbortSignal): Promise<Agents> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      void this.#arrival.promise.then((agents) => {
        signal.removeEventListener('abort', onAbort);
        resolve(agents);
      });
    });
  }
}
