import { Agent, get } from 'node:https';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { AgentMessage, Bootstrap } from '#agent/protocol.ts';
import { RenderedSpec } from '#model/job.ts';
import type { Clock } from '#server/platform/clock.ts';

const PING_INTERVAL_MS = 1000;
const PINGS_MISSED = 3;
const HANDSHAKE_MS = 3000;
const FETCH_MS = 10_000;
const LEAST_WAIT_MS = 200;
const MOST_WAIT_MS = 1000;

export type AgentLinkOptions = {
  bootstrap: Bootstrap;
  clock: Clock;
  /** Numbers in [0, 1) that spread the reconnects. */
  wobble: () => number;
  hello: () => AgentMessage;
  onText: (text: string) => void;
};

/** The WebSocket of a simulated agent to the gateway, with the VM's own certificate: pinged each second, made anew for ever. */
export class AgentLink {
  readonly #options: AgentLinkOptions;
  #socket: WebSocket | null = null;
  #isCut = false;

  constructor(options: AgentLinkOptions) {
    this.#options = options;
  }

  /** Dropped when there is no connection: the next hello tells the state. */
  send(message: AgentMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** While cut, no connection stands and none is made. */
  setCut(isCut: boolean): void {
    this.#isCut = isCut;
    if (isCut) this.cut();
  }

  cut(): void {
    this.#socket?.terminate();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      if (!this.#isCut) await this.#connectOnce(signal);
      const wait = LEAST_WAIT_MS + this.#options.wobble() * (MOST_WAIT_MS - LEAST_WAIT_MS);
      // an abort ends the sleep; the loop's condition sees it
      await clock.sleep(wait, signal).catch(() => undefined);
    }
  }

  /** One connection from start to end, whatever ends it. */
  async #connectOnce(signal: AbortSignal): Promise<void> {
    const { bootstrap, hello, onText } = this.#options;
    const socket = new WebSocket(new URL('/v1/agent', bootstrap.gateway.replace(/^http/, 'ws')), {
      ca: bootstrap.caPem,
      cert: bootstrap.certificatePem,
      key: bootstrap.privateKeyPem,
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    const over = new AbortController();
    // `close` follows each `error`, and the next try is all that can be done about it
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('message', (bytes) => onText(bytes.toString()));
    socket.once('open', () => {
      this.send(hello());
      void this.#ping(socket, AbortSignal.any([signal, over.signal]));
    });
    await closed;
    over.abort();
  }

  async #ping(socket: WebSocket, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    let heardAt = clock.monotonic();
    socket.on('pong', () => {
      heardAt = clock.monotonic();
    });
    while (!signal.aborted && clock.monotonic() - heardAt <= PING_INTERVAL_MS * PINGS_MISSED) {
      socket.ping();
      // an abort ends the sleep; the loop's condition sees it
      await clock.sleep(PING_INTERVAL_MS, signal).catch(() => undefined);
    }
    socket.terminate();
  }
}

/** The spec the director has for this VM; null when it has none. */
export async function fetchSpec(bootstrap: Bootstrap, signal: AbortSignal): Promise<RenderedSpec | null> {
  const { status, body } = await getSpec(bootstrap, AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]));
  if (status === 404) return null;
  if (status !== 200) throw new Error(`GET ${bootstrap.gateway}/v1/spec answered ${status}: ${body.slice(0, 200)}`);
  return RenderedSpec.parse(JSON.parse(body));
}

function getSpec(bootstrap: Bootstrap, signal: AbortSignal): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const certificate = { ca: bootstrap.caPem, cert: bootstrap.certificatePem, key: bootstrap.privateKeyPem };
    const agent = new Agent({ keepAlive: false });
    const request = get(new URL('/v1/spec', bootstrap.gateway), { ...certificate, agent, signal }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    request.once('error', reject);
  });
}
