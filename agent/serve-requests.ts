import type { Asked, Jobs } from './apply-spec.ts';
import { parseRequest } from './check-message.ts';
import type { Faults } from './faults.ts';
import type { FetchedSpec } from './fetch-spec.ts';
import { type PrintLog, sentence } from './print-log.ts';
import { probePeers } from './probe-peer.ts';
import type { AgentMessage, AgentRequest, AgentResults, AgentState } from './protocol.ts';

/** Answers kept for a director that lost the connection and asks again with the same id. */
const KEPT_ANSWERS = 32;

export type ServeOptions = {
  jobs: Jobs;
  faults: Faults;
  /** Highest fencing number seen; raising it must be kept before the request is served. */
  fencing: () => number;
  raiseFencing: (fencing: number) => void;
  fetchSpec: () => Promise<FetchedSpec>;
  state: () => AgentState;
  readLog: (process: string, lines: number) => string[];
  send: (message: AgentMessage) => void;
  log: PrintLog;
};

type Deed = { ids: Set<string>; cancel: AbortController };

/**
 * Serves the director's requests. Asked again with the same id: the same deed, the same answer. Asked for what another id is doing already
 * (a director that restarted): joins it. Deeds that change what runs queue up.
 */
export class RequestServer {
  readonly #options: ServeOptions;
  readonly #running = new Map<string, Deed>();
  readonly #answers = new Map<string, AgentMessage>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  /** Takes one text frame; faults go back as a failure where an id can be read. */
  receive(text: string): void {
    let request: AgentRequest;
    try {
      request = parseRequest(text);
    } catch (thrown) {
      this.#options.log('error', 'request refused', { error: sentence(thrown) });
      const id = idOf(text);
      if (id !== null) this.#options.send({ type: 'failure', id, message: `refused: ${sentence(thrown)}` });
      return;
    }
    if (request.fencing < this.#options.fencing()) {
      const message = `refused: fencing number ${request.fencing} is older than ${this.#options.fencing()}; another director has taken over`;
      this.#options.send({ type: 'failure', id: request.id, message });
      return;
    }
    if (request.fencing > this.#options.fencing()) this.#options.raiseFencing(request.fencing);
    const answer = this.#answers.get(request.id);
    if (answer) this.#options.send(answer);
    else this.#begin(request);
  }

  /** Runs a deed of the agent itself in the same queue. */
  exclusively<T>(deed: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(deed);
    // the next deed starts whether this one failed or not; its caller hears of the failure
    this.#queue = run.catch(() => undefined);
    return run;
  }

  #begin(request: AgentRequest): void {
    const key = deedKey(request);
    const same = this.#running.get(key);
    if (same) {
      same.ids.add(request.id);
      return;
    }
    const deed: Deed = { ids: new Set([request.id]), cancel: new AbortController() };
    this.#running.set(key, deed);
    const asked: Asked = {
      signal: deed.cancel.signal,
      onLine: (stream, line) => {
        for (const id of deed.ids) this.#options.send({ type: 'output', id, stream, line });
      },
    };
    this.#serve(request, asked)
      .then(
        (value) => this.#answer(key, deed, (id) => ({ type: 'result', id, value })),
        (thrown) => this.#answer(key, deed, (id) => ({ type: 'failure', id, message: sentence(thrown) })),
      )
      .finally(() => this.#running.delete(key));
  }

  #answer(key: string, deed: Deed, message: (id: string) => AgentMessage): void {
    for (const id of deed.ids) {
      // a question (its key is its own id) is asked anew instead
      if (key !== id) this.#answers.set(id, message(id));
      this.#options.send(message(id));
    }
    for (const id of this.#answers.keys()) {
      if (this.#answers.size <= KEPT_ANSWERS) break;
      this.#answers.delete(id);
    }
  }

  async #serve(request: AgentRequest, asked: Asked): Promise<AgentResults[AgentRequest['method']]> {
    const { jobs } = this.#options;
    switch (request.method) {
      case 'ping':
        return {};
      case 'get-state':
        return this.#options.state();
      case 'read-log':
        return { lines: this.#options.readLog(request.process, request.lines) };
      case 'apply':
        return this.exclusively(() => this.#apply(asked));
      case 'stop':
        await this.exclusively(() => jobs.stop(request.drain, asked));
        return {};
      case 'start':
        await this.exclusively(() => jobs.start(asked));
        return {};
      case 'restart-process':
        await this.exclusively(() => jobs.restartProcess(request.process));
        return {};
      case 'run-script':
        return { jobs: await jobs.runScript(request.script, asked) };
      case 'run-errand':
        return jobs.runErrand(request.job, asked);
      case 'probe-peer':
        return { answers: await probePeers(request.targets, request.timeoutMs) };
      case 'inject':
        return { detail: await this.#options.faults.inject(request.drill, request.fault, request.undoAfterMs) };
      case 'undo-faults':
        return { undone: await this.#options.faults.undo(request.drill) };
      case 'cancel':
        this.#cancel(request.request);
        return {};
    }
  }

  async #apply(asked: Asked): Promise<{ digest: string }> {
    const fetched = await this.#options.fetchSpec();
    if (fetched.kind === 'none') throw new Error('the director has no spec for this VM');
    if (fetched.kind === 'same') throw new Error('the director answered "same" to an agent that named no digest');
    await this.#options.jobs.apply(fetched.spec, asked);
    return { digest: fetched.spec.digest };
  }

  #cancel(id: string): void {
    for (const deed of this.#running.values()) {
      if (deed.ids.has(id)) deed.cancel.abort(new Error('cancelled by the director'));
    }
  }
}

/** Two requests with the same key ask for the same deed. */
function deedKey(request: AgentRequest): string {
  switch (request.method) {
    case 'apply':
      return `apply ${request.digest}`;
    case 'stop':
      return `stop ${request.drain}`;
    case 'start':
      return request.method;
    case 'run-script':
      return `run-script ${request.script}`;
    case 'run-errand':
      return `run-errand ${request.job}`;
    case 'restart-process':
      return `restart-process ${request.process}`;
    default:
      return request.id;
  }
}

function idOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
      ? value.id
      : null;
  } catch {
    // not even JSON: there is nobody to answer
    return null;
  }
}
