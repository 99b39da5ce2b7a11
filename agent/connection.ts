import { WebSocket } from 'ws';
import { type Clock, jittered, pause } from './clock.ts';
import { type PrintLog, sentence } from './print-log.ts';
import type { AgentMessage, Bootstrap } from './protocol.ts';
import { PING_INTERVAL_MS, PINGS_MISSED } from './timing.ts';

/** Back-off between tries: a director that comes back is found within a second, but not by all agents at once. */
const LEAST_WAIT_MS = 200;
const MOST_WAIT_MS = 1000;
const HANDSHAKE_MS = 3000;
const MOST_REQUEST_BYTES = 1024 * 1024;
/** Output of a talkative script is dropped beyond this; it lies in the script's log as well. */
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024;

export type ConnectionOptions = {
  bootstrap: Bootstrap;
  clock: Clock;
  log: PrintLog;
  hello: () => AgentMessage;
  onRequest: (text: string) => void;
};

/** The agent's WebSocket to the gateway: made anew for ever, pinged each second. */
export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** False when there is no connection: state is told again by the next hello, results when asked for again. */
  send(message: AgentMessage): boolean {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return false;
    if (message.type === 'output' && socket.bufferedAmount > MOST_BUFFERED_BYTES) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  /** Connects and connects again until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    let lastFault = '';
    while (!signal.aborted) {
      const fault = await this.#connectOnce(signal);
      // one line for a director that is away for hours
      if (fault !== lastFault && !signal.aborted) log('warn', 'no connection to the gateway', { fault });
      lastFault = fault;
      await pause(clock, jittered(LEAST_WAIT_MS, MOST_WAIT_MS), signal);
    }
  }

  /** One connection from start to end; resolves with why it ended. */
  async #connectOnce(signal: AbortSignal): Promise<string> {
    const { bootstrap, log, hello, onRequest } = this.#options;
    const socket = new WebSocket(new URL('/v1/agent', bootstrap.gateway.replace(/^http/, 'ws')), {
      ca: bootstrap.caPem,
      cert: bootstrap.certificatePem,
      key: bootstrap.privateKeyPem,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: MOST_REQUEST_BYTES,
      perMessageDeflate: false,
    });
    const onAbort = () => socket.close(1001);
    signal.addEventListener('abort', onAbort, { once: true });
    let heardAt = this.#options.clock.monotonic();
    const noteHeard = () => {
      heardAt = this.#options.clock.monotonic();
    };
    const over = new AbortController();
    const ended = new Promise<string>((resolve) => {
      let fault = '';
      socket.once('error', (thrown) => {
        fault = sentence(thrown);
      });
      socket.once('close', (code, reason) => resolve(fault || `closed: ${code} ${reason.toString()}`.trim()));
    });
    socket.on('pong', noteHeard);
    socket.on('message', (bytes) => {
      noteHeard();
      onRequest(bytes.toString());
    });
    socket.once('open', () => {
      log('info', 'connected to the gateway');
      this.#socket = socket;
      noteHeard();
      this.send(hello());
      void this.#pingUntil(socket, over.signal, () => heardAt);
    });
    const fault = await ended;
    over.abort();
    signal.removeEventListener('abort', onAbort);
    if (this.#socket === socket) this.#socket = null;
    return fault;
  }

  async #pingUntil(socket: WebSocket, over: AbortSignal, heardAt: () => number): Promise<void> {
    const { clock } = this.#options;
    while (!over.aborted) {
      if (socket.readyState === WebSocket.OPEN) socket.ping();
      await pause(clock, PING_INTERVAL_MS, over);
      if (clock.monotonic() - heardAt() > PING_INTERVAL_MS * PINGS_MISSED) {
        socket.terminate();
        return;
      }
    }
  }
}
