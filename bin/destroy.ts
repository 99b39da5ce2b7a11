// `npm run destroy -- --yes`: removes everything one installation made on this machine, and nothing else.
// Caches belong to all installations and stay.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { destroyInfrastructure } from '#server/cpi/container/destroy.ts';
import { systemClock } from '#server/platform/clock.ts';
import { chooseEngine } from './engine.ts';
import { readInstallation, stateFolder } from './installation.ts';
import { endProcess, runningProcesses } from './running.ts';
import { Refusal, say } from './say.ts';

const engineDeadlineMs = 15_000;
/** A hundred VMs with full disks take a minute. */
const destroyDeadlineMs = 10 * 60_000;

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const state = stateFolder();
  const installation = readInstallation(state);
  if (!installation) throw new Refusal(`There is no installation in ${state} (TESSERA_STATE names another folder).`);
  if (!process.argv.includes('--yes')) {
    throw new Refusal(
      `This removes installation ${installation.id}: its VMs, clusters, networks, disks, database and ${state}. ` +
        'It cannot be undone. To go on: npm run destroy -- --yes',
    );
  }
  await endProcesses(state);
  await removeFromEngine(state, installation.id);
  removeHostsBlock(installation.id);
  removeState(state);
  say(`installation ${installation.id} is gone; caches stay`);
}

async function endProcesses(state: string): Promise<void> {
  const order = ['launcher', 'console', 'director', 'podman', 'postgres'];
  // The launcher first: it stops the others itself, and would start again what is ended under it.
  const launcher = runningProcesses(state).find((one) => one.name === 'launcher');
  if (launcher) {
    say(`stopping Tessera (process ${launcher.pid})`);
    process.kill(launcher.pid, 'SIGTERM');
    for (let waited = 0; waited < 300 && runningProcesses(state).some((one) => one.name === 'launcher'); waited += 1) {
      await sleep(100);
    }
  }
  const leftovers = runningProcesses(state).toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  for (const leftover of leftovers) await endProcess(leftover);
}

async function removeFromEngine(state: string, id: string): Promise<void> {
  const engine = chooseEngine(state);
  const { service } = engine;
  const child = service ? spawn(service.command, service.args, { stdio: 'ignore' }) : undefined;
  try {
    const docker = new Docker({ socketPath: engine.socket });
    if (!(await answers(docker))) {
      say(`no container engine answers at ${engine.socket}, so no container could be removed`);
      return;
    }
    const removed = await destroyInfrastructure(
      { installation: id, state, socket: engine.socket },
      { clock: systemClock },
      { signal: AbortSignal.timeout(destroyDeadlineMs) },
    );
    say(`removed ${removed.containers} containers, ${removed.networks} networks, ${removed.images} images`);
  } finally {
    child?.kill('SIGTERM');
  }
}

async function answers(docker: Docker): Promise<boolean> {
  const deadline = performance.now() + engineDeadlineMs;
  while (performance.now() < deadline) {
    const answered = await docker.ping().then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(100);
  }
  return false;
}

/** Everything between the two marks that `tessera hosts --write` puts there; other lines stay as they are. */
function removeHostsBlock(id: string): void {
  const text = readFileSync('/etc/hosts', 'utf8');
  const block = new RegExp(`^# tessera ${id} begin.*?^# tessera ${id} end[^\\n]*\\n?`, 'ms');
  if (!block.test(text)) return;
  writeFileSync('/etc/hosts', text.replace(block, ''));
  say('removed the names from /etc/hosts');
}

function removeState(state: string): void {
  for (const mount of mountsBelow(state)) execFileSync('umount', ['--lazy', mount]);
  for (const name of readdirSync(state)) rmSync(path.join(state, name), { recursive: true, force: true });
  // A state folder that is itself a mount point cannot be removed, only emptied.
  if (!mounts().includes(state) && existsSync(state)) rmSync(state, { recursive: true });
}

/** Deepest first; VMs share their kubelet's mounts with the host, and those outlive a killed VM. */
function mountsBelow(folder: string): string[] {
  return mounts()
    .filter((mount) => mount.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length);
}

function mounts(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.map((line) =>
    (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
  );
}
