import { access } from 'node:fs/promises';
import { TesseraError } from '#server/platform/error.ts';
import { runCommand } from './run-command.ts';

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/** One package index as the host's apt knows it. */
type AptTarget = { uri: string; release: string };

/**
 * Where mmdebstrap gets its packages: an empty list = its own default, else apt source lines. A Debian host that uses a mirror of its own
 * is followed, `override` (base address of a Debian archive) wins, any other host gets the default.
 */
export async function findDebianSource(suite: string, override: string, signal: AbortSignal): Promise<string[]> {
  const keyring = await findKeyring();
  if (override !== '') return sourceLines(suite, override, null, keyring);
  const targets = await listAptTargets(signal);
  const archive = targets.find((target) => isDebianArchive(target) && !target.release.includes('-'));
  // the default of mmdebstrap knows updates and security as well: nothing to add for a host on the public mirror
  if (archive === undefined || new URL(archive.uri).hostname.endsWith('debian.org')) return [];
  const security = targets.find((target) => target.release.endsWith('-security') && target.uri.includes('debian'));
  return sourceLines(suite, archive.uri, security?.uri ?? null, keyring);
}

export function sourceLines(suite: string, archive: string, security: string | null, keyring: string): string[] {
  const option = `[signed-by=${keyring}]`;
  const lines = [`deb ${option} ${archive} ${suite} main`, `deb ${option} ${archive} ${suite}-updates main`];
  if (security !== null) lines.push(`deb ${option} ${security} ${suite}-security main`);
  return lines;
}

async function findKeyring(): Promise<string> {
  for (const path of KEYRINGS) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new TesseraError(
    'stemcell_build_failed',
    'The signing keys of Debian are not on this machine, so its packages cannot be verified. Install them: apt-get install debian-archive-keyring',
  );
}

async function listAptTargets(signal: AbortSignal): Promise<AptTarget[]> {
  const text = await runCommand('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE)'], { signal });
  return text.split('\n').flatMap((line) => {
    const [uri, release] = line.split(' ');
    return uri === undefined || release === undefined || !URL.canParse(uri) ? [] : [{ uri, release }];
  });
}

function isDebianArchive(target: AptTarget): boolean {
  return /\/debian\/?$/.test(new URL(target.uri).pathname);
}
