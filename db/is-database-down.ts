/**
 * SQLSTATE classes and codes, and socket errors, that mean "the server is away", not "the statement is wrong". 53100, its disk is full, is
 * among them: nothing can be noted until there is room, so the only thing to do is to wait for it.
 */
const SQLSTATES = /^(08|57P0[123]|53100)/;
const SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'ENOENT']);
const SENTENCES =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error/i;

/** True when PostgreSQL itself cannot be reached: worth waiting and trying again. Looks through the chain of causes. */
export function isDatabaseDown(thrown: unknown): boolean {
  let current: unknown = thrown;
  for (let depth = 0; current instanceof Error && depth < 8; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    const fromPostgres =
      'severity' in current || ('syscall' in current && 'port' in current) || SENTENCES.test(current.message);
    if (fromPostgres && (SQLSTATES.test(code) || SOCKET.has(code) || SENTENCES.test(current.message))) return true;
    current = current.cause;
  }
  return false;
}
