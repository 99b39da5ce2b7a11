import { spawn } from 'node:child_process';
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import type { HealthCheck } from '#model/job.ts';
import { sentence } from './print-log.ts';
import { killGroup } from './runit.ts';

/** Kept connections: a TLS handshake a second for each process would cost a master some per cent of a core. */
const OPTIONS = { keepAlive: true, maxSockets: 4, keepAliveMsecs: 30_000 } as const;
const plain = new HttpAgent(OPTIONS);
/** Not verified: the check asks a process of its own VM whether it works and tells it nothing. */
const tls = new HttpsAgent({ ...OPTIONS, rejectUnauthorized: false });

/** Runs a check once: null when the process works, else why not. Never rejects; takes at most `timeout_ms` for each kind. */
export async function checkHealth(check: HealthCheck): Promise<string | null> {
  const timeoutMs = check.timeout_ms;
  if (check.http !== undefined) {
    const fault = await checkHttp(check.http, timeoutMs);
    if (fault) return fault;
  }
  if (check.tcp !== undefined) {
    const fault = await checkTcp(check.tcp, timeoutMs);
    if (fault) return fault;
  }
  return check.exec === undefined ? null : checkExec(check.exec, timeoutMs);
}

async function checkHttp(address: string, timeoutMs: number): Promise<string | null> {
  try {
    const status = await getStatus(new URL(address), timeoutMs);
    return status >= 200 && status < 300 ? null : `GET ${address} answered ${status}`;
  } catch (thrown) {
    return `GET ${address}: ${sentence(thrown)}`;
  }
}

function getStatus(url: URL, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage) => {
      answer.once('error', reject);
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const request =
      url.protocol === 'https:'
        ? httpsGet(url, { agent: tls, signal }, onAnswer)
        : httpGet(url, { agent: plain, signal }, onAnswer);
    request.once('error', (thrown) => {
      if (signal.aborted) reject(new Error(`no answer in ${timeoutMs} ms`));
      // the process closed a kept connection (it was restarted, or tired of it): a new one tells
      else if (request.reusedSocket) getStatus(url, timeoutMs).then(resolve, reject);
      else reject(thrown);
    });
  });
}

function checkTcp(address: string, timeoutMs: number): Promise<string | null> {
  const at = address.lastIndexOf(':');
  const port = Number(address.slice(at + 1));
  if (at < 0 || !Number.isInteger(port)) return Promise.resolve(`${address} is no host:port`);
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, at), port, timeout: timeoutMs });
    const end = (fault: string | null) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`${address}: no connection in ${timeoutMs} ms`));
    socket.once('error', (thrown) => end(`${address}: ${thrown.message}`));
  });
}

function checkExec(command: string[], timeoutMs: number): Promise<string | null> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: '/', stdio: 'ignore', detached: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid) killGroup(child.pid);
    }, timeoutMs);
    child.once('error', (thrown) => {
      clearTimeout(timer);
      resolve(`${program}: ${thrown.message}`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(null);
      else resolve(isLate ? `${program} did not end in ${timeoutMs} ms` : `${program} ended with ${signal ?? code}`);
    });
  });
}
