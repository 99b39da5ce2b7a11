import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { Pool } from 'pg';
import { WebSocketServer } from 'ws';
import { CLOSE_REPLACED, CLOSE_REVOKED, DIGEST_HEADER, PING_INTERVAL_MS, PINGS_MISSED } from '#agent/timing.ts';
import { inTransaction } from '#db/transaction.ts';
import type { RenderedSpec } from '#model/job.ts';
import { ensureAuthority } from '#server/certificates/authority.ts';
import { issueCertificate, type PemPair } from '#server/certificates/issue-certificate.ts';
import type { HeartbeatRecorder } from '#server/health/record-heartbeat.ts';
import type { Clock } from '#server/platform/clock.ts';
import { asTesseraError, causeChain } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { AgentRegistry, type Agents, createAgents } from './call-agent.ts';
import { type Peer, PeerCheck } from './check-peer.ts';
import { isApiVm } from './is-api-vm.ts';
import { keepListening } from './keep-listening.ts';
import { AgentSession, type SessionEvents } from './session.ts';

/**
 * Where agents come in: two TLS listeners on the gateway address, both asking for a client certificate of the agents' authority that is not
 * revoked. `port`: the agents' WebSocket (`/v1/agent`) and their spec (`GET /v1/spec`, only the caller's own). `restPort`: requests that API
 * VMs forward (`/uaa`, `/pks`). It must never give one VM what belongs to another.
 */
export type GatewayDeps = {
  pool: Pool;
  vault: Vault;
  clock: Clock;
  log: Log;
  address: string;
  port: number;
  restPort: number;
  /** Fencing number of this director's slot; agents refuse lower ones. */
  fencing: number;
  /** The jobs of an instance with secrets opened; throws not_found when it has none. */
  renderSpec: (instance: string) => Promise<RenderedSpec>;
  /** Serves `/uaa` and `/pks`. */
  rest: (request: Request) => Response | Promise<Response>;
  /** Makes the gateway address appear on this host. */
  ensureAddress: () => Promise<void>;
  heartbeats: Pick<HeartbeatRecorder, 'recordState' | 'recordExit' | 'recordLife' | 'recordLost'>;
};

export type Gateway = { agents: Agents; close: () => Promise<void> };

const SERVER_DAYS = 1825;
const MOST_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A rest that takes so much longer says that the process stood still. */
const STALL_MS = 1000;
const LOOK_MS = 500;
const REVOKED_LOOK_MS = 2000;
const CLOSE_GRACE_MS = 1000;
const REST_KEEP_ALIVE_MS = 75_000;

/** Starts listening in the background; the address may come later. */
export async function startGateway(deps: GatewayDeps): Promise<Gateway> {
  const tls = await serverTls(deps);
  const stop = new AbortController();
  const peers = new PeerCheck(deps.pool, deps.clock);
  const registry = new AgentRegistry();
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
  const events = sessionEvents(deps, registry, peers);

  const agentServer = createServer(tls, (request, response) => void serveSpec(deps, peers, request, response));
  agentServer.on('upgrade', (request, socket, head) => {
    void upgrade({ deps, peers, webSockets, events }, request, socket, head);
  });
  const restServer = createServer(tls, restListener(deps, peers));
  // longer than API VMs keep an idle connection, so that none is closed under a request
  restServer.keepAliveTimeout = REST_KEEP_ALIVE_MS;
  const servers = {
    agents: { server: agentServer, port: deps.port },
    rest: { server: restServer, port: deps.restPort },
  };
  const loops = [
    ...Object.entries(servers).map(([name, { server, port }]) =>
      keepListening({ ...deps, name, server, port, signal: stop.signal }),
    ),
    dropDeadSessions(deps, registry, peers, stop.signal),
  ];
  return {
    agents: createAgents(registry, { clock: deps.clock, fencing: deps.fencing }),
    close: async () => {
      stop.abort();
      await Promise.all(loops);
      for (const session of registry.all) session.close(1001, 'director stops');
      await Promise.all([agentServer, restServer].map((server) => closeServer(server, deps.clock, webSockets)));
    },
  };
}

async function serverTls(deps: GatewayDeps) {
  const { authority, issued } = await inTransaction(
    deps.pool,
    async (tx): Promise<{ authority: PemPair; issued: PemPair }> => {
      const agents = await ensureAuthority(tx, deps.vault, 'agents', deps.clock);
      const made = await issueCertificate(agents, {
        commonName: 'tessera-gateway',
        alternativeNames: [deps.address],
        usages: ['server_auth'],
        days: SERVER_DAYS,
        now: deps.clock.now(),
      });
      return { authority: agents, issued: made };
    },
  );
  return {
    key: issued.privateKeyPem,
    cert: issued.certificatePem,
    ca: authority.certificatePem,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  } as const;
}

function sessionEvents(deps: GatewayDeps, registry: AgentRegistry, peers: PeerCheck): SessionEvents {
  const { heartbeats, log } = deps;
  return {
    onHello: (session) => {
      const before = registry.add(session);
      if (before && before !== session) before.close(CLOSE_REPLACED, 'another connection of this instance took over');
      heartbeats.recordState(session.instance, session.hello);
      log.info({ instance: session.instance, jobState: session.hello.jobState }, 'agent connected');
      peers
        .revokeOlder({ instance: session.instance, serial: session.serial })
        .catch((error: unknown) =>
          log.warn({ err: error, instance: session.instance }, 'older certificates not revoked yet'),
        );
    },
    onState: (instance, state) => heartbeats.recordState(instance, state),
    onExit: (instance, exit) => {
      log.info({ instance, ...exit }, 'process ended');
      heartbeats.recordExit(instance, exit);
    },
    onHeard: (instance) => heartbeats.recordLife(instance),
    onClosed: (session) => {
      if (!registry.remove(session)) return;
      heartbeats.recordLost(session.instance);
      log.info({ instance: session.instance }, 'agent disconnected');
    },
  };
}

type UpgradeContext = { deps: GatewayDeps; peers: PeerCheck; webSockets: WebSocketServer; events: SessionEvents };

async function upgrade(context: UpgradeContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { deps, peers, webSockets, events } = context;
  // the client may go away while the database is asked
  socket.on('error', (error) => deps.log.debug({ err: error }, 'agent connection failed before its upgrade'));
  const peer = await identify(deps, peers, request);
  if (peer === 'unavailable') return refuse(socket, 503, 'Service Unavailable');
  if (!peer) return refuse(socket, 403, 'Forbidden');
  if (request.url !== '/v1/agent') return refuse(socket, 404, 'Not Found');
  const { clock, log } = deps;
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    new AgentSession({ socket: webSocket, ...peer, clock, log, events });
  });
}

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Who asks; `unavailable` when the database cannot be asked now. */
async function identify(
  deps: GatewayDeps,
  peers: PeerCheck,
  request: IncomingMessage,
): Promise<Peer | null | 'unavailable'> {
  try {
    // both servers are made by https.createServer: their sockets are TLS sockets
    const peer = await peers.identify(request.socket as TLSSocket);
    if (!peer) deps.log.warn({ address: request.socket.remoteAddress }, 'certificate revoked or unknown: refused');
    return peer;
  } catch (error) {
    deps.log.warn({ err: error }, 'cannot check the certificate of an agent now');
    return 'unavailable';
  }
}

async function serveSpec(
  deps: GatewayDeps,
  peers: PeerCheck,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const peer = await identify(deps, peers, request);
  if (peer === 'unavailable') return answer(response, 503, { error: 'try again' });
  if (!peer) return answer(response, 403, { error: 'this certificate is revoked or unknown' });
  if (request.method !== 'GET' || request.url !== '/v1/spec')
    return answer(response, 404, { error: 'only GET /v1/spec is here' });
  try {
    const spec = await deps.renderSpec(peer.instance);
    response.setHeader(DIGEST_HEADER, spec.digest);
    if (request.headers[DIGEST_HEADER] === spec.digest) response.writeHead(304).end();
    else answer(response, 200, spec);
  } catch (thrown) {
    const error = asTesseraError(thrown);
    if (error.code !== 'not_found')
      deps.log.error({ err: error, instance: peer.instance }, 'cannot render the spec of an instance');
    answer(response, error.code === 'not_found' ? 404 : 500, { error: causeChain(error) });
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

function restListener(
  deps: GatewayDeps,
  peers: PeerCheck,
): (request: IncomingMessage, response: ServerResponse) => void {
  const listener = getRequestListener((request) => deps.rest(request), { overrideGlobalObjects: false });
  return (request, response) => {
    void (async () => {
      try {
        const peer = await identify(deps, peers, request);
        if (peer === 'unavailable') return answer(response, 503, { error: 'try again' });
        const isAllowed = peer && (await inTransaction(deps.pool, (tx) => isApiVm(tx, peer.instance)));
        if (!isAllowed) return answer(response, 403, { error: 'only API VMs may ask here' });
        await listener(request, response);
      } catch (error) {
        deps.log.error({ err: error }, 'forwarded request failed');
        if (!response.headersSent) answer(response, 503, { error: 'try again' });
      }
    })();
  };
}

/** Ends connections that are silent for three pings and those whose certificate was revoked. */
async function dropDeadSessions(
  deps: GatewayDeps,
  registry: AgentRegistry,
  peers: PeerCheck,
  signal: AbortSignal,
): Promise<void> {
  let lookedAt = deps.clock.monotonic();
  let isStalled = false;
  while (!signal.aborted) {
    // after a stand-still of this process, what came meanwhile is still to be read: silence says nothing yet
    if (!isStalled)
      for (const session of registry.all) if (session.silentMs > PING_INTERVAL_MS * PINGS_MISSED) session.terminate();
    if (deps.clock.monotonic() - lookedAt > REVOKED_LOOK_MS) {
      lookedAt = deps.clock.monotonic();
      await dropRevoked(deps, registry, peers);
    }
    const restedAt = deps.clock.monotonic();
    // the abort ends the sleep; the loop's condition sees it
    await deps.clock.sleep(LOOK_MS, signal).catch(() => undefined);
    isStalled = deps.clock.monotonic() - restedAt > LOOK_MS + STALL_MS;
  }
}

async function dropRevoked(deps: GatewayDeps, registry: AgentRegistry, peers: PeerCheck): Promise<void> {
  try {
    const revoked = await peers.revokedOf(registry.all.map((session) => session.serial));
    for (const session of registry.all)
      if (revoked.has(session.serial)) session.close(CLOSE_REVOKED, 'certificate revoked');
  } catch (error) {
    deps.log.warn({ err: error }, 'cannot look for revoked certificates now');
  }
}

/** `close` of a server leaves upgraded sockets open: they get a moment for their good-bye. */
async function closeServer(server: Server, clock: Clock, webSockets: WebSocketServer): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = new AbortController();
  // aborted when the server closed in time; nobody looks at it then
  await Promise.race([closed, clock.sleep(CLOSE_GRACE_MS, late.signal).catch(() => undefined)]);
  late.abort();
  for (const socket of webSockets.clients) socket.terminate();
  server.closeAllConnections();
  await closed;
}
