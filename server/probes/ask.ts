import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Probe } from '#model/drill.ts';
import { DNS_NAME, writeKey } from '#server/drills/choose-probes.ts';
import { answersQuery, dnsQuery } from './dns-message.ts';
import type { ProbeOrder } from './probe-order.ts';

const MOST_BYTES = 256 * 1024;

/**
 * Asks once, on a new connection, and looks at the answer. Rejects when nobody answers in time or the answer is wrong. `at`: when it was due;
 * a write is named after it.
 */
export async function ask(order: ProbeOrder, probe: Probe, at: number): Promise<void> {
  switch (probe.kind) {
    case 'api-read':
      return askApi(order, { method: 'GET', expect: '"kind":"ConfigMap"' });
    case 'api-write':
      return askApi(order, { method: 'PATCH', body: { data: { [writeKey(at)]: '' } }, expect: `"${writeKey(at)}"` });
    case 'service':
    case 'data':
      return askUrl(order, probe);
    case 'dns':
      return askDns(order, probe, at);
  }
}

type ApiQuestion = { method: 'GET' | 'PATCH'; body?: unknown; expect: string };

async function askApi(order: ProbeOrder, { method, body, expect }: ApiQuestion): Promise<void> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const answer = await exchange(
    https.request(`${order.server}${order.writePath}`, {
      method,
      agent: false,
      ca: order.caPem,
      cert: order.certificatePem,
      key: order.privateKeyPem,
      headers: {
        accept: 'application/json',
        connection: 'close',
        ...(text === ''
          ? {}
          : { 'content-type': 'application/merge-patch+json', 'content-length': String(text.length) }),
      },
    }),
    text,
    order.deadlineMs,
  );
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  if (!answer.body.includes(expect)) throw new Error(`the answer does not hold ${expect}`);
}

/** Destroying what has ended already does nothing. */
function lateness(deadlineMs: number, destroy: (error: Error) => void): void {
  const late = AbortSignal.timeout(deadlineMs);
  late.addEventListener('abort', () => destroy(new Error(`no answer in ${deadlineMs} ms`)), { once: true });
}

async function askUrl(order: ProbeOrder, probe: Probe): Promise<void> {
  if (probe.url === undefined) throw new Error('nobody said where to ask');
  const request = http.request(probe.url, { agent: false, headers: { connection: 'close' } });
  const answer = await exchange(request, '', order.deadlineMs);
  if (probe.expect === undefined) {
    // any answer of the program itself: what it should say is not known
    if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    return;
  }
  if (answer.status >= 400) throw new Error(`status ${answer.status}`);
  if (!answer.body.includes(probe.expect)) throw new Error(`the answer does not hold ${probe.expect}`);
}

function exchange(
  request: http.ClientRequest,
  body: string,
  deadlineMs: number,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    lateness(deadlineMs, (error) => request.destroy(error));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < MOST_BYTES) text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.end(body);
  });
}

function askDns(order: ProbeOrder, probe: Probe, at: number): Promise<void> {
  const { hostname, port } = new URL(probe.url ?? '');
  const id = at % 0xffff;
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port) });
    lateness(order.deadlineMs, (error) => socket.destroy(error));
    const chunks: Buffer[] = [];
    let isRight = false;
    socket.on('connect', () => socket.write(dnsQuery(id, DNS_NAME)));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const verdict = answersQuery(Buffer.concat(chunks), id);
      if (verdict === 'incomplete') return;
      isRight = verdict === 'right';
      socket.destroy(isRight ? undefined : new Error('the name does not resolve'));
    });
    socket.on('error', reject);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (isRight) resolve();
      else reject(new Error('closed without an answer'));
    });
  });
}
