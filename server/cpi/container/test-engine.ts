import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '#server/platform/clock.ts';
import { connectEngine } from './client.ts';
import type { ContainerConfig } from './config.ts';
import { destroyInfrastructure } from './destroy.ts';

/** For tests: a Podman service of their own (socket and state in a temporary folder) and an installation that ends with it. */
export type TestEngine = {
  config: ContainerConfig;
  stemcellFolder: string;
  /** First three octets of a /24, with free ones above it. */
  subnet: string;
  /** Runs Podman beside the driver, as an operator would. */
  podman: (...args: string[]) => string;
  /** Ends the service; VMs run on. */
  stopService: () => Promise<void>;
  startService: () => Promise<void>;
  destroy: () => Promise<void>;
};

const PROGRAMS = ['sh', 'sleep', 'cat', 'grep', 'ls', 'mkdir', 'mount', 'touch'];
const BOOT = '#!/bin/sh\nmount --make-rshared /\nexec sleep infinity\n';
/** The test's rootfs has no real one; the driver only needs the command line to work. */
const TINI = '#!/bin/sh\n[ "$1" = -- ] && shift\nexec "$@"\n';

/** Starts it, or throws a sentence that says what to install: a missing engine must not look like a passed test. */
export async function startTestEngine(): Promise<TestEngine> {
  const engine = findProgram('podman', 'podman');
  findProgram('runc', 'runc');
  const folder = mkdtempSync(join(tmpdir(), 'tessera-cpi-'));
  const state = join(folder, 'state');
  const socket = join(folder, 'podman.sock');
  const config = { installation: randomBytes(3).toString('hex'), state, socket };
  const flags = engineFlags();
  let service: ChildProcess | null = null;

  const startService = async (): Promise<void> => {
    service = spawn(engine, [...flags, 'system', 'service', '--time=0', `unix://${socket}`], { stdio: 'ignore' });
    await waitForService(socket);
  };
  const stopService = async (): Promise<void> => {
    const running = service;
    service = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  };
  const destroy = async (): Promise<void> => {
    if (service === null) await startService();
    await destroyInfrastructure(config, { clock: systemClock }, { signal: AbortSignal.timeout(60_000) });
    await stopService();
    rmSync(folder, { recursive: true, force: true });
  };

  await mkdir(state, { recursive: true });
  const stemcellFolder = join(folder, 'stemcell');
  await makeTinyStemcell(stemcellFolder);
  await startService();
  return {
    config,
    stemcellFolder,
    subnet: freeSubnet(),
    podman: (...args) =>
      execFileSync(engine, [...flags, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    startService,
    stopService,
    destroy,
  };
}

function findProgram(name: string, debianPackage: string): string {
  const folders = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/bin', '/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(`${name} is not installed, so VMs cannot be tested. Install it: apt-get install ${debianPackage}`);
  }
  return found;
}

/** crun cannot give privileged containers a cgroup namespace of their own on cgroup v1; without systemd Podman needs other backends. */
function engineFlags(): string[] {
  const runtime = existsSync('/sys/fs/cgroup/cgroup.controllers') ? [] : ['--runtime', 'runc'];
  const backends = existsSync('/run/systemd/system')
    ? []
    : ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  return [...runtime, ...backends];
}

async function waitForService(socket: string): Promise<void> {
  const engine = connectEngine(socket);
  const deadline = systemClock.monotonic() + 20_000;
  while (true) {
    try {
      await engine.call('starting', AbortSignal.timeout(5000), () => engine.docker.ping());
      return;
    } catch (error) {
      if (systemClock.monotonic() > deadline) throw error;
      await systemClock.sleep(50);
    }
  }
}

/** A /24 of 10.96.0.0/12, beside what installations take, that no interface of this machine is in. */
function freeSubnet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((list) => list?.map((one) => one.address) ?? []);
  while (true) {
    const [second = 0, third = 0] = randomBytes(2);
    const subnet = `10.${96 + (second % 16)}.${third % 250}`;
    if (!taken.some((address) => address.startsWith(`${subnet}.`))) return subnet;
  }
}

/** A root file system of a few programs of this machine with their libraries: 5 MB, imported in a moment. */
async function makeTinyStemcell(folder: string): Promise<void> {
  const root = join(folder, 'root');
  const files = new Set(PROGRAMS.flatMap((name) => withLibraries(findProgram(name, 'coreutils util-linux'))));
  for (const file of files) {
    const target = join(root, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(realpathSync(file), target);
  }
  await symlink('usr/bin', join(root, 'bin'));
  await writeProgram(join(root, 'usr/bin/true'), '#!/bin/sh\n');
  await writeProgram(join(root, 'usr/bin/tini'), TINI);
  await writeProgram(join(root, 'usr/local/sbin/tessera-boot'), BOOT);
  const agent = join(folder, 'agent');
  await mkdir(join(agent, 'opt/tessera'), { recursive: true });
  await writeFile(join(agent, 'opt/tessera/agent.mjs'), '// the agent\n');
  await mkdir(join(folder, 'images'));
  await writeFile(join(folder, 'images', 'pause.tar'), 'archive');
  execFileSync('tar', ['-C', root, '-cf', join(folder, 'rootfs.tar'), '.']);
  execFileSync('tar', ['-C', agent, '-cf', join(folder, 'agent.tar'), 'opt']);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(tinyManifest()));
}

function withLibraries(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [program, ...listed.split(/\s+/).filter((word) => word.startsWith('/'))];
}

async function writeProgram(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** A key of its own each time: an image that an earlier run left behind must not be taken for ours. */
function tinyManifest() {
  const [key, base, agent] = [0, 1, 2].map(() => randomBytes(32).toString('hex'));
  return {
    name: 'tiny',
    os: 'tiny',
    version: '1',
    kubernetes: '1',
    key,
    builtAt: systemClock.now().toISOString(),
    packages: {},
    members: [],
    images: [],
    layers: [
      { name: 'base', path: 'rootfs.tar', sha256: base },
      { name: 'agent', path: 'agent.tar', sha256: agent },
    ],
    archives: [],
  };
}
