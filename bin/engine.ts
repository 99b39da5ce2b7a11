import { existsSync } from 'node:fs';
import path from 'node:path';
import { say } from './say.ts';
import type { ChildSpec } from './supervise.ts';

/** Where the Docker-compatible API answers, and the process that serves it when it is ours to run. */
export interface Engine {
  socket: string;
  service?: Omit<ChildSpec, 'state'>;
}

/**
 * Chooses the container engine: a socket named by TESSERA_CONTAINER_SOCKET, or DOCKER_HOST, or Podman's,
 * which then runs as a child with its socket in the state folder.
 */
export function chooseEngine(state: string): Engine {
  const named = process.env.TESSERA_CONTAINER_SOCKET ?? dockerHostSocket();
  if (named) return { socket: named };
  const socket = path.join(state, 'podman.sock');
  if (!existsSync('/usr/bin/podman')) {
    say(
      'Podman is not installed, so no VM can be made. Run node bin/set-up.mjs, or set DOCKER_HOST to a Docker socket.',
    );
    return { socket };
  }
  const args = [...podmanFlags(), 'system', 'service', '--time=0', `unix://${socket}`];
  return { socket, service: { name: 'podman', command: '/usr/bin/podman', args, cwd: '/', env: process.env } };
}

/** Global flags for every Podman call on this machine. */
export function podmanFlags(): string[] {
  const flags: string[] = [];
  // crun, Podman's default, cannot run privileged containers with their own cgroup namespace on cgroup v1 or hybrid hosts.
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) flags.push('--runtime', 'runc');
  // Without systemd there is neither its cgroup manager nor its journal.
  if (!existsSync('/run/systemd/system')) flags.push('--cgroup-manager', 'cgroupfs', '--events-backend', 'file');
  return flags;
}

function dockerHostSocket(): string | undefined {
  const host = process.env.DOCKER_HOST;
  return host?.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
}
