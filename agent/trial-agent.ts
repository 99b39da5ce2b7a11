import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For tests: a real agent in a folder of its own and, as in a VM, under a `runsv`. */
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

export type TrialAgent = { root: string; pid: () => number; end: () => Promise<void> };

/** An agent in a folder of its own, restarted by runsv when it ends. */
export function startTrialAgent(bootstrap: string): TrialAgent {
  const root = mkdtempSync(join(tmpdir(), 'tessera-agent-'));
  mkdirSync(join(root, 'var/vcap/bootstrap'), { recursive: true });
  writeFileSync(join(root, 'var/vcap/bootstrap/agent.json'), bootstrap, { mode: 0o600 });
  const service = join(root, 'agent-service');
  mkdirSync(service);
  const run = `#!/bin/sh\nexec >>'${root}/agent.log' 2>&1\nexec '${process.execPath}' '${MAIN}' --root '${root}'\n`;
  writeFileSync(join(service, 'run'), run, { mode: 0o755 });
  const env = { ...process.env, PATH: `${runitPath()}:${process.env.PATH}` };
  spawn('runsv', [service], { env, detached: true, stdio: 'ignore' }).unref();
  return {
    root,
    pid: () => Number(readFileSync(join(service, 'supervise/pid'), 'utf8')),
    end: async () => {
      // the agent first: it starts supervisors that end
      for (const folder of [service, ...childFolders(join(root, 'run/jobs'))]) {
        execFileSync('sv', ['-w', '5', 'force-shutdown', folder], { env, stdio: 'ignore' });
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The folder of runit's programs: this machine's, or those of the Debian package, unpacked beside the tests but not installed. */
function runitPath(): string {
  const cache = join(tmpdir(), 'tessera-test-runit');
  const unpacked = join(cache, 'usr/bin');
  const found = process.env.PATH?.split(':').find((folder) => existsSync(join(folder, 'runsv')));
  if (found) return found;
  if (!existsSync(join(unpacked, 'runsv'))) {
    // test files run side by side: each unpacks for itself, one is kept
    const own = mkdtempSync(join(tmpdir(), 'tessera-runit-'));
    execFileSync('sh', ['-c', 'apt-get download -q runit && dpkg -x runit_*.deb .'], { cwd: own, stdio: 'ignore' });
    execFileSync('sh', ['-c', 'mv -T "$1" "$2" || rm -rf "$1"', 'sh', own, cache], { stdio: 'ignore' });
  }
  process.env.PATH = `${unpacked}:${process.env.PATH}`;
  return unpacked;
}

function childFolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
