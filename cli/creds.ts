import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

/** `creds.yml` of the `pks` CLI: where and as whom one is logged in. Never a password. */
const Creds = z.object({
  api: z.string(),
  ca_cert: z.string().default(''),
  username: z.string().default(''),
  skip_ssl_verification: z.boolean().default(false),
  access_token: z.string(),
  refresh_token: z.string().default(''),
  api_port: z.number().int().default(9021),
  uaa_port: z.number().int().default(8443),
});
export type Creds = z.infer<typeof Creds>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** `$PKS_HOME/creds.yml`, by default `~/.pks/creds.yml`. */
export const credsFile = (environment: Environment): string =>
  join(environment.PKS_HOME || join(homedir(), '.pks'), 'creds.yml');

/** Who is logged in; throws the CLI's "not authenticated" sentence when nobody is. */
export function readCreds(environment: Environment): Creds {
  const file = credsFile(environment);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new CliError('You are not currently authenticated. Please log in to continue.', { cause });
  }
  const parsed = Creds.safeParse(parse(text));
  if (!parsed.success) throw new CliError(`${file} is damaged. Please log in to continue.`, { cause: parsed.error });
  return parsed.data;
}

export function writeCreds(environment: Environment, creds: Creds): void {
  const file = credsFile(environment);
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  // a name of this process' own: two commands refreshing at once must not mix their halves
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, stringify(creds), { mode: 0o600 });
  renameSync(draft, file);
}

export function removeCreds(environment: Environment): void {
  rmSync(credsFile(environment), { force: true });
}
