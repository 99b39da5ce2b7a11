import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Fields that may hold a secret, wherever they stand. */
const REDACTED = [
  'password',
  'secret',
  'passphrase',
  'token',
  'private_key_pem',
  'privateKeyPem',
  'authorization',
  'cookie',
];

/** JSON lines on stdout; `name` is the process (director, console, launcher). */
export function createLog(name: string, level = 'info'): Log {
  return pino({
    name,
    level,
    redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '•••' },
  });
}
