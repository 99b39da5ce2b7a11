import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request } from 'undici';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const SILENCE_TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
const RETRY_AFTER_MS = 500;
const MAX_TEXT_BYTES = 64 * 1024;

/** The address gives no such file: nobody listens, the name is unknown, or the answer is not 200. */
export class MirrorAbsentError extends TesseraError {
  constructor(message: string, cause?: unknown) {
    super('stemcell_build_failed', message, { cause });
  }
}

/** The whole file came, and it is not the file that was promised. */
export class ChecksumError extends TesseraError {
  constructor(message: string) {
    super('stemcell_build_failed', message);
  }
}

export type DownloadOptions = {
  signal: AbortSignal;
  /** Expected SHA-256 in hex. */
  sha256?: string;
  onBytes?: (done: number, total: number) => void;
};

/**
 * Gets `url` into the file `destination`. A transfer that breaks is tried three times in all; after any failure the file is gone.
 * Throws MirrorAbsentError (not retried), ChecksumError (after three equal disappointments), else `stemcell_build_failed`.
 */
export async function downloadFile(url: string, destination: string, options: DownloadOptions): Promise<void> {
  await retried(url, options.signal, async () => {
    try {
      await downloadOnce(url, destination, options);
    } catch (error) {
      await rm(destination, { force: true });
      throw error;
    }
  });
}

/** A short text from `url`, for checksum files. */
export async function downloadText(url: string, signal: AbortSignal): Promise<string> {
  return retried(url, signal, async () => {
    const { body } = await openUrl(url, signal);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      // undici's body yields Buffers
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > MAX_TEXT_BYTES)
        throw new TesseraError(
          'stemcell_build_failed',
          `${url} should be a short text and is longer than ${MAX_TEXT_BYTES} bytes.`,
        );
      chunks.push(bytes);
    }
    return Buffer.concat(chunks).toString('utf8');
  });
}

async function downloadOnce(url: string, destination: string, options: DownloadOptions): Promise<void> {
  const { body, length } = await openUrl(url, options.signal);
  const hash = createHash('sha256');
  let done = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk);
      done += chunk.length;
      options.onBytes?.(done, length ?? 0);
      callback(null, chunk);
    },
  });
  await pipeline(body, count, createWriteStream(destination), { signal: options.signal });
  if (length !== null && done !== length)
    throw new TesseraError('stemcell_build_failed', `${url} ended after ${done} of ${length} bytes.`);
  const actual = hash.digest('hex');
  if (options.sha256 !== undefined && actual !== options.sha256) {
    throw new ChecksumError(
      `${url} has the SHA-256 ${actual}, but its checksum file says ${options.sha256}. It was thrown away.`,
    );
  }
}

async function openUrl(url: string, signal: AbortSignal): Promise<{ body: Readable; length: number | null }> {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: SILENCE_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
  try {
    const answer = await followRedirects(url, dispatcher, signal);
    answer.body.once('close', () => void dispatcher.destroy());
    const length = Number(answer.headers['content-length']);
    return { body: answer.body, length: Number.isFinite(length) ? length : null };
  } catch (error) {
    await dispatcher.destroy();
    signal.throwIfAborted();
    if (error instanceof TesseraError) throw error;
    if (isConnectFailure(error)) throw new MirrorAbsentError(`${url} does not answer.`, error);
    throw error;
  }
}

async function followRedirects(url: string, dispatcher: EnvHttpProxyAgent, signal: AbortSignal) {
  let target = url;
  for (let hop = 0; hop < 5; hop += 1) {
    const answer = await request(target, { dispatcher, signal });
    if (answer.statusCode === 200) return answer;
    await answer.body.dump();
    const location = answer.headers.location;
    if (answer.statusCode < 300 || answer.statusCode >= 400 || typeof location !== 'string') {
      throw new MirrorAbsentError(`${url} answers ${answer.statusCode}.`);
    }
    target = new URL(location, target).href;
  }
  throw new MirrorAbsentError(`${url} redirects without end.`);
}

function isConnectFailure(error: unknown): boolean {
  const codes = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_CONNECT_TIMEOUT',
    'ETIMEDOUT',
  ];
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

async function retried<T>(url: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  let last: unknown;
  for (let round = 1; round <= ATTEMPTS; round += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof MirrorAbsentError) throw error;
      last = error;
    }
    if (round < ATTEMPTS) await systemClock.sleep(RETRY_AFTER_MS * round, signal);
  }
  if (last instanceof ChecksumError) throw last;
  throw new TesseraError('stemcell_build_failed', `${url} broke off ${ATTEMPTS} times.`, { cause: last });
}
