import { AGENT_RESULTS, type AgentRequest, type AgentResults, type AgentState } from '#agent/protocol.ts';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { AgentSession, Outcome } from './session.ts';

type WithoutEnvelope<Request> = Request extends AgentRequest ? Omit<Request, 'id' | 'fencing'> : never;
/** A request as callers write it; id and fencing number are added here. */
export type CallRequest = WithoutEnvelope<AgentRequest>;

export type AgentCallOptions = {
  signal: AbortSignal;
  deadlineMs: number;
  /** Lines of the scripts that the request runs, as they come. */
  onOutput?: (stream: 'stdout' | 'stderr', line: string) => void;
};

/** The agents of all VMs, by instance id. */
export type Agents = {
  /**
   * Sends a request and waits for its answer. A connection that breaks meanwhile is waited for (5 s) and the same request sent again: the
   * agent goes on or answers what it kept. Throws agent_failed with the agent's sentence, agent_timeout, or the signal's reason.
   */
  call<Request extends CallRequest>(
    instance: string,
    request: Request,
    options: AgentCallOptions,
  ): Promise<AgentResults[Request['method']]>;
  isConnected(instance: string): boolean;
  /** The state the agent told in its hello, as soon as it is connected; throws agent_timeout. */
  waitForAgent(instance: string, options: { signal: AbortSignal; deadlineMs: number }): Promise<AgentState>;
  /** Instance ids of all connected agents. */
  connected(): string[];
};

/** An agent that lives is back within a second of its own or the network's fault. */
const RECONNECT_MS = 5000;

/** Who is connected, and who waits for whom. */
export class AgentRegistry {
  readonly #sessions = new Map<string, AgentSession>();
  readonly #waiting = new Map<string, Set<(session: AgentSession) => void>>();

  /** Takes a session in; the one it replaces is returned. */
  add(session: AgentSession): AgentSession | undefined {
    const before = this.#sessions.get(session.instance);
    this.#sessions.set(session.instance, session);
    for (const wake of this.#waiting.get(session.instance) ?? []) wake(session);
    this.#waiting.delete(session.instance);
    return before;
  }

  /** False when another session of the same instance took over before. */
  remove(session: AgentSession): boolean {
    if (this.#sessions.get(session.instance) !== session) return false;
    return this.#sessions.delete(session.instance);
  }

  get(instance: string): AgentSession | undefined {
    return this.#sessions.get(instance);
  }

  get all(): AgentSession[] {
    return [...this.#sessions.values()];
  }

  /** The session of an instance, now or when it comes; null when it does not come in time. */
  async wait(instance: string, ms: number, clock: Clock, signal: AbortSignal): Promise<AgentSession | null> {
    const found = this.#sessions.get(instance);
    if (found) return found;
    const late = new AbortController();
    const waiting = this.#waiting.get(instance) ?? new Set();
    this.#waiting.set(instance, waiting);
    let wake: (session: AgentSession) => void = () => undefined;
    const came = new Promise<AgentSession>((resolve) => {
      wake = resolve;
    });
    waiting.add(wake);
    try {
      const inTime = clock.sleep(ms, AbortSignal.any([signal, late.signal])).then(() => null);
      // the sleep is aborted below when the session comes first; nobody looks at it then
      inTime.catch(() => undefined);
      return await Promise.race([came, inTime]);
    } finally {
      late.abort();
      waiting.delete(wake);
    }
  }
}

/** `Agents` over the sessions of a gateway. `fencing` is the number of this director's slot. */
export function createAgents(registry: AgentRegistry, options: { clock: Clock; fencing: number }): Agents {
  const { clock, fencing } = options;
  return {
    isConnected: (instance) => registry.get(instance) !== undefined,
    connected: () => registry.all.map((session) => session.instance),
    waitForAgent: async (instance, { signal, deadlineMs }) => {
      const session = await registry.wait(instance, deadlineMs, clock, signal);
      if (!session) throw notConnected(instance, deadlineMs);
      return session.hello;
    },
    call: async <Request extends CallRequest>(instance: string, request: Request, callOptions: AgentCallOptions) => {
      const value = await callUntilAnswered({ registry, clock, fencing, instance, request, ...callOptions });
      const parsed = AGENT_RESULTS[request.method].safeParse(value);
      if (!parsed.success) {
        throw new TesseraError(
          'agent_failed',
          `The agent of ${instance} answered ${request.method} in a shape that is not known.`,
          {
            cause: parsed.error,
          },
        );
      }
      // the record of schemas is indexed by the request's own method
      return parsed.data as AgentResults[Request['method']];
    },
  };
}

type Call = AgentCallOptions & {
  registry: AgentRegistry;
  clock: Clock;
  fencing: number;
  instance: string;
  request: CallRequest;
};

async function callUntilAnswered(call: Call): Promise<unknown> {
  const { registry, clock, fencing, instance, request, signal, deadlineMs } = call;
  const id = newUuid();
  const until = clock.monotonic() + deadlineMs;
  while (true) {
    signal.throwIfAborted();
    const left = until - clock.monotonic();
    if (left <= 0) throw noAnswer(call);
    const session = await registry.wait(instance, Math.min(RECONNECT_MS, left), clock, signal);
    if (!session) throw notConnected(instance, Math.min(RECONNECT_MS, left));
    const outcome = await askOnce(call, session, { ...request, id, fencing }, until - clock.monotonic());
    switch (outcome.kind) {
      case 'result':
        return outcome.value;
      case 'failure':
        throw new TesseraError('agent_failed', outcome.message);
      case 'late':
        session.cancel(id, fencing);
        throw noAnswer(call);
      case 'lost':
        break;
    }
  }
}

async function askOnce(
  call: Call,
  session: AgentSession,
  request: AgentRequest,
  ms: number,
): Promise<Outcome | { kind: 'late' }> {
  const over = new AbortController();
  const late = call.clock
    .sleep(ms, AbortSignal.any([call.signal, over.signal]))
    .then(() => ({ kind: 'late' }) as const);
  // aborted below when the answer comes first; nobody looks at it then
  late.catch(() => undefined);
  try {
    return await Promise.race([session.ask(request, call.onOutput), late]);
  } catch (thrown) {
    // a director that stops leaves the deed running: the next director asks for the same and joins it
    if (thrown instanceof TesseraError && thrown.code === 'cancelled') session.cancel(request.id, request.fencing);
    throw thrown;
  } finally {
    over.abort();
    session.forget(request.id);
  }
}

function notConnected(instance: string, ms: number): TesseraError {
  return new TesseraError(
    'agent_timeout',
    `The agent of ${instance} is not connected and did not come in ${Math.round(ms / 1000)} s.`,
  );
}

function noAnswer({ instance, request, deadlineMs }: Call): TesseraError {
  return new TesseraError(
    'agent_timeout',
    `The agent of ${instance} did not end ${request.method} in ${Math.round(deadlineMs / 1000)} s.`,
  );
}
