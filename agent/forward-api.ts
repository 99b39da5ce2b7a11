import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as askDirector, createServer } from 'node:https';
import { checkServerIdentity } from 'node:tls';
import { parseArgs } from 'node:util';
import { parseBootstrap, parseForwardConfig } from './check-message.ts';
import { printLog, sentence } from './print-log.ts';
import type { Bootstrap } from './protocol.ts';

/**
 * The API processes of an API VM: TLS with the form's certificate outside, mTLS with the VM's own certificate to the director inside. They hold
 * no state, know no user and see no database; without a director they answer 503 and go on.
 *
 * `node <entry>.mjs --config <file>`, the file being JSON:
 * `{ "address": "0.0.0.0", "port": 8443, "certificate": "/path/cert.pem", "key": "/path/key.pem" }` (`address` may be left out: all of the VM's).
 * The director's address and this VM's certificate come from `agent.json`. `GET /healthz` is answered here and says only that this process works.
 */
export type ForwardOptions = {
  /** Path at the director's REST listener under which the API lies: `/uaa`, `/pks`. */
  prefix: string;
  /** Body of an answer when the director is not reached. */
  unavailable: (sentence: string) => unknown;
};

const BOOTSTRAP = '/var/vcap/bootstrap/agent.json';
const HEALTH_PATH = '/healthz';
/** A director that is gone without a word must not hold a user for minutes. */
const CONNECT_MS = 3000;
const ANSWER_MS = 60_000;
const RETRY_AFTER_S = '2';
/** Headers that belong to one connection, not to the request. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Reads arguments and configuration and serves until the process is ended. */
export function runForwarder(options: ForwardOptions): void {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, bootstrap: { type: 'string', default: BOOTSTRAP } },
  });
  if (values.config === undefined) throw new Error('--config <file> is missing');
  const config = parseForwardConfig(readFileSync(values.config, 'utf8'));
  const bootstrap = parseBootstrap(readFileSync(values.bootstrap, 'utf8'));
  const listener = forwarder(bootstrap, options);
  const server = createServer(
    { cert: readFileSync(config.certificate), key: readFileSync(config.key), minVersion: 'TLSv1.2' },
    listener,
  );
  server.on('error', (error) => {
    printLog('error', 'cannot listen', { port: config.port, error: error.message });
    process.exit(1);
  });
  server.listen(config.port, config.address, () =>
    printLog('info', 'listening', { address: config.address, port: config.port }),
  );
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(0));
}

/** The request listener: streams each request to the director and its answer back. */
export function forwarder(
  bootstrap: Bootstrap,
  options: ForwardOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const base = new URL(bootstrap.rest);
  const agent = new Agent({
    ca: bootstrap.caPem,
    cert: bootstrap.certificatePem,
    key: bootstrap.privateKeyPem,
    keepAlive: true,
    // an idle connection is given up before the director's server closes it under a request
    keepAliveMsecs: 1000,
    timeout: ANSWER_MS,
    maxSockets: 64,
    // the request carries the user's Host header, which Node would else hold against the director's certificate
    checkServerIdentity: (_host, certificate) => checkServerIdentity(base.hostname, certificate),
  });
  return (request, response) => {
    if (request.url === HEALTH_PATH) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"UP"}');
      return;
    }
    forward(request, response, { base, agent, options });
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { base, agent, options }: { base: URL; agent: Agent; options: ForwardOptions },
): void {
  const upstream = askDirector({
    agent,
    host: base.hostname,
    port: base.port,
    method: request.method,
    path: `${options.prefix}${request.url ?? '/'}`,
    headers: forwardedHeaders(request),
    timeout: ANSWER_MS,
  });
  const connecting = setTimeout(() => upstream.destroy(new Error(`no connection in ${CONNECT_MS} ms`)), CONNECT_MS);
  upstream.once('socket', (socket) => {
    if (!socket.connecting) clearTimeout(connecting);
    else socket.once('secureConnect', () => clearTimeout(connecting));
  });
  upstream.once('timeout', () => upstream.destroy(new Error(`no answer in ${ANSWER_MS / 1000} s`)));
  upstream.once('response', (answer) => {
    clearTimeout(connecting);
    response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
    answer.pipe(response);
    // half an answer must not look like a whole one
    answer.once('aborted', () => response.destroy());
  });
  upstream.once('error', (thrown) => {
    clearTimeout(connecting);
    refuse(response, thrown, options);
  });
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
}

function refuse(response: ServerResponse, thrown: Error, options: ForwardOptions): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  printLog('warn', 'director not reached', { error: sentence(thrown) });
  const body = options.unavailable('The director is not reachable. Nothing was changed; try again in a moment.');
  response
    .writeHead(503, { 'content-type': 'application/json', 'retry-after': RETRY_AFTER_S, connection: 'close' })
    .end(JSON.stringify(body));
}

/** What the director must know of the outer request. Only the last entry of X-Forwarded-For is ours; what came before is hearsay. */
function forwardedHeaders(request: IncomingMessage): IncomingHttpHeaders {
  const host = request.headers.host ?? '';
  const before = request.headers['x-forwarded-for'];
  const from = request.socket.remoteAddress ?? 'unknown';
  return {
    ...withoutHopByHop(request.headers),
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': before === undefined ? from : `${String(before)}, ${from}`,
  };
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set(
    String(headers.connection ?? '')
      .toLowerCase()
      .split(/\s*,\s*/),
  );
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)));
}
