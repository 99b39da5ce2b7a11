import Docker from 'dockerode';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';

/** A call that takes longer than this has hung; imports of root file systems bring their own deadline. */
const DEADLINE_MS = 60_000;

const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nobody listens there',
  EACCES: 'permission was denied',
  ECONNRESET: 'it hung up',
  EPIPE: 'it hung up',
};

export type Engine = {
  readonly docker: Docker;
  readonly socket: string;
  /**
   * Runs one request. `doing` completes the sentence "while …". Throws cpi_unavailable when the engine cannot be reached or hangs, disk_full
   * when it has no room, cpi_failed with its own words otherwise; an abort of `signal` comes through as its reason.
   */
  call<T>(
    doing: string,
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<T>,
    deadlineMs?: number,
  ): Promise<T>;
  /** Like `call`, for what may be gone: null when the engine says 404. */
  find<T>(doing: string, signal: AbortSignal, request: (signal: AbortSignal) => Promise<T>): Promise<T | null>;
};

/** Talks to the Docker-compatible engine at `socket` (Podman or Docker). Nothing connects before the first call. */
export function connectEngine(socket: string): Engine {
  // an empty host keeps DOCKER_HOST in the environment from winning over the socket
  const docker = new Docker({ socketPath: socket, host: '', protocol: 'http' });
  const attempt = async <T>(
    doing: string,
    signal: AbortSignal,
    request: (signal: AbortSignal) => Promise<T>,
    deadlineMs = DEADLINE_MS,
  ): Promise<T> => {
    signal.throwIfAborted();
    const deadline = AbortSignal.timeout(deadlineMs);
    const either = AbortSignal.any([signal, deadline]);
    try {
      // some requests of the client library cannot be aborted; those we leave alone and go on
      return await Promise.race([request(either), rejection(either)]);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TesseraError) throw error;
      if (deadline.aborted) {
        throw unavailable(socket, doing, `no answer within ${deadlineMs / 1000} s`, error);
      }
      throw engineFault(socket, doing, error);
    }
  };
  return {
    docker,
    socket,
    call: attempt,
    find: (doing, signal, request) =>
      attempt(doing, signal, async (inner) => {
        try {
          return await request(inner);
        } catch (error) {
          if (statusOf(error) === 404) return null;
          throw error;
        }
      }),
  };
}

async function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** HTTP status of an engine's refusal; null for faults of the connection. */
export function statusOf(error: unknown): number | null {
  const refusal = z.object({ statusCode: z.number() }).safeParse(error);
  return refusal.success ? refusal.data.statusCode : null;
}

/** The engine's own words, without the wrapping of the client library. */
export function engineMessage(error: unknown): string {
  const refusal = z.object({ json: z.object({ message: z.string() }) }).safeParse(error);
  if (refusal.success) return refusal.data.json.message;
  return error instanceof Error ? error.message.trim() : String(error);
}

function engineFault(socket: string, doing: string, error: unknown): TesseraError {
  const code = z.object({ code: z.string() }).safeParse(error).data?.code;
  const reason = code === undefined ? undefined : UNREACHABLE[code];
  if (reason !== undefined) return unavailable(socket, doing, reason, error);
  const message = engineMessage(error);
  if (/no space left on device|ENOSPC/i.test(message)) {
    return new TesseraError(
      'disk_full',
      `The disk of the container engine is full; it gave up while ${doing}. Make room, then retry.`,
      {
        cause: error,
      },
    );
  }
  return new TesseraError('cpi_failed', `The container engine refused while ${doing}: ${message}`, { cause: error });
}

function unavailable(socket: string, doing: string, reason: string, cause: unknown): TesseraError {
  const remedy =
    'Start it with npm start, or set TESSERA_CONTAINER_SOCKET to the socket of a running Podman or Docker.';
  return new TesseraError(
    'cpi_unavailable',
    `The container engine does not answer at ${socket} while ${doing}: ${reason}. ${remedy}`,
    { cause },
  );
}
