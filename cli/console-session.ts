import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import type { Environment } from './creds.ts';

/** `session.yml` of the `tessera` CLI: which console, and the session there. Never a password. */
const Saved = z.object({ url: z.string(), token: z.string(), csrf: z.string() });
export type SavedSession = z.infer<typeof Saved>;

const DEFAULT_STATE = '/var/lib/tessera';
const Installation = z.looseObject({ ports: z.looseObject({ console: z.number() }) });

const sessionFile = (environment: Environment): string =>
  join(environment.TESSERA_HOME || join(homedir(), '.tessera'), 'session.yml');

/** The saved session; throws CliError when there is none. */
export function readSession(environment: Environment): SavedSession {
  const text = readIfThere(sessionFile(environment));
  const parsed = Saved.safeParse(text === null ? null : parse(text));
  if (!parsed.success) throw new CliError('You are not logged in. Log in with: tessera login -u USER');
  return parsed.data;
}

export function writeSession(environment: Environment, session: SavedSession): void {
  const file = sessionFile(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, stringify(session), { mode: 0o600 });
}

export function removeSession(environment: Environment): void {
  rmSync(sessionFile(environment), { force: true });
}

/** Where the console is: `TESSERA_URL`, else what the installation on this machine says. Throws CliError. */
export function findConsole(environment: Environment): string {
  if (environment.TESSERA_URL) return environment.TESSERA_URL.replace(/\/+$/, '');
  const file = join(environment.TESSERA_STATE || DEFAULT_STATE, 'installation.json');
  const text = readIfThere(file);
  if (text === null)
    throw new CliError(
      `No console given and no installation in ${dirname(file)}. Name the console: --url http://HOST:PORT`,
    );
  return `http://127.0.0.1:${Installation.parse(JSON.parse(text)).ports.console}`;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}
