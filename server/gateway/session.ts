import type { WebSocket } from 'ws';
import { AgentMessage, type AgentRequest, type AgentState, type ProcessExit } from '#agent/protocol.ts';
import type { Clock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Log } from '#server/platform/log.ts';

/** How an asked request ended on this connection; `lost` when the connection broke before. */
export type Outcome = { kind: 'result'; value: unknown } | { kind: 'failure'; message: string } | { kind: 'lost' };
type OnOutput = (stream: 'stdout' | 'stderr', line: string) => void;
type Pending = { resolve: (outcome: Outcome) => void; onOutput: OnOutput | undefined };

export type SessionEvents = {
  onHello: (session: AgentSession) => void;
  onState: (instance: string, state: AgentState) => void;
  onExit: (instance: string, exit: ProcessExit) => void;
  onHeard: (instance: string) => void;
  onClosed: (session: AgentSession) => void;
};

export type SessionOptions = {
  socket: WebSocket;
  instance: string;
  serial: string;
  clock: Clock;
  log: Log;
  events: SessionEvents;
};

/** One connected agent: reads its messages, pairs answers with requests. Ends with its connection. */
export class AgentSession {
  readonly instance: string;
  readonly serial: string;
  readonly #options: SessionOptions;
  readonly #pending = new Map<string, Pending>();
  #hello: AgentState | null = null;
  #heardAt: number;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.instance = options.instance;
    this.serial = options.serial;
    this.#heardAt = options.clock.monotonic();
    const { socket } = options;
    socket.on('message', (bytes) => this.#receive(bytes.toString()));
    socket.on('ping', () => this.#noteHeard());
    socket.on('close', () => this.#end());
    // a close follows every error and tells all
    socket.on('error', (error) =>
      options.log.debug({ err: error, instance: this.instance }, 'agent connection failed'),
    );
  }

  /** The state of the agent's hello; a session is registered only after it. */
  get hello(): AgentState {
    if (!this.#hello) throw new Error(`the agent of ${this.instance} has not said hello`);
    return this.#hello;
  }

  /** Milliseconds since anything came from the agent. */
  get silentMs(): number {
    return this.#options.clock.monotonic() - this.#heardAt;
  }

  /** Sends a request; resolves with its answer, or `lost`. Never rejects. */
  ask(request: AgentRequest, onOutput: OnOutput | undefined): Promise<Outcome> {
    const { socket } = this.#options;
    return new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) {
        resolve({ kind: 'lost' });
        return;
      }
      this.#pending.set(request.id, { resolve, onOutput });
      socket.send(JSON.stringify(request));
    });
  }

  forget(id: string): void {
    this.#pending.delete(id);
  }

  /** Tells the agent to end what request `id` runs; nobody waits for the answer. */
  cancel(id: string, fencing: number): void {
    void this.ask({ id: newUuid(), fencing, method: 'cancel', request: id }, undefined);
  }

  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason);
  }

  /** Drops the connection without a good-bye: the other side does not answer. */
  terminate(): void {
    this.#options.socket.terminate();
  }

  #receive(text: string): void {
    this.#noteHeard();
    const message = parseMessage(text);
    if (!message) {
      this.#options.log.warn({ instance: this.instance, bytes: text.length }, 'message of an agent not understood');
      return;
    }
    const { events } = this.#options;
    switch (message.type) {
      case 'hello':
        this.#hello = message.state;
        events.onHello(this);
        return;
      case 'state':
        events.onState(this.instance, message.state);
        return;
      case 'exit':
        events.onExit(this.instance, message.exit);
        return;
      case 'output':
        this.#pending.get(message.id)?.onOutput?.(message.stream, message.line);
        return;
      case 'result':
        this.#settle(message.id, { kind: 'result', value: message.value });
        return;
      case 'failure':
        this.#settle(message.id, { kind: 'failure', message: message.message });
        return;
    }
  }

  #settle(id: string, outcome: Outcome): void {
    this.#pending.get(id)?.resolve(outcome);
    this.#pending.delete(id);
  }

  #noteHeard(): void {
    this.#heardAt = this.#options.clock.monotonic();
    this.#options.events.onHeard(this.instance);
  }

  #end(): void {
    for (const { resolve } of this.#pending.values()) resolve({ kind: 'lost' });
    this.#pending.clear();
    this.#options.events.onClosed(this);
  }
}

function parseMessage(text: string): AgentMessage | null {
  try {
    const parsed = AgentMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    // not JSON: the caller logs it
    return null;
  }
}
