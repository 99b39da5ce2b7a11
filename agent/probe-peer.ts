import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PeerTarget } from './protocol.ts';

/** Asks all targets side by side; true where the program itself answered within `timeoutMs`. Never rejects. */
export function probePeers(targets: PeerTarget[], timeoutMs: number): Promise<boolean[]> {
  return Promise.all(targets.map((target) => probePeer(target, timeoutMs)));
}

/**
 * The kernel accepts connections and even acknowledges data for a program that is stopped, so only bytes that the program made itself count:
 * a status line of any kind, its part of a TLS handshake, or what it says first.
 */
function probePeer(target: PeerTarget, timeoutMs: number): Promise<boolean> {
  if (target.path !== null) return answersHttp(target, target.path, timeoutMs);
  return target.tls ? shakesHands(target, timeoutMs) : speaksFirst(target, timeoutMs);
}

function answersHttp({ host, port, tls }: PeerTarget, path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // a new connection each time: a kept one would tell of the past. Not verified: it is asked whether it lives, and told nothing
    const options = { host, port, path, agent: false as const, signal: AbortSignal.timeout(timeoutMs) };
    const request = tls ? httpsGet({ ...options, rejectUnauthorized: false }) : httpGet(options);
    request.once('response', (answer) => {
      resolve(true);
      // what follows the status line is not wanted, nor is its end
      answer.once('error', () => answer.destroy());
      request.destroy();
    });
    request.once('error', () => resolve(false));
  });
}

function shakesHands({ host, port }: PeerTarget, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const end = (answered: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(answered);
    };
    const late = setTimeout(() => end(false), timeoutMs);
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
  });
}

function speaksFirst({ host, port }: PeerTarget, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectPlain({ host, port });
    const end = (answered: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(answered);
    };
    const late = setTimeout(() => end(false), timeoutMs);
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('end', () => end(false));
  });
}
