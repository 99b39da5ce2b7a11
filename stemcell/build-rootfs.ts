import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheEntry, cacheEntry } from './cache-entry.ts';
import { findDebianSource } from './debian-source.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

const PACKAGES = [
  'ca-certificates',
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'nftables',
  'ipset',
  'conntrack',
  'iproute2',
  'iputils-ping',
  'kmod',
  'mount',
  'util-linux',
  'socat',
  'ethtool',
  'procps',
  'etcd-server',
  'etcd-client',
  'haproxy',
  'keepalived',
  'tini',
  'busybox-static',
  'runit',
  'curl',
  'jq',
  'openssl',
  'e2fsprogs',
  'nfs-common',
];

/** Never read in a VM; the two shims are containerd's v1 interface, gone from Kubernetes. */
const EXCLUDES = [
  '/usr/share/man/*',
  '/usr/share/doc/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/lintian/*',
  '/usr/bin/containerd-shim',
  '/usr/bin/containerd-shim-runc-v1',
  '/usr/bin/containerd-stress',
];

/** mmdebstrap's own phases, in order, as they show in its output. */
const PHASES = [
  'running apt-get update',
  'downloading packages',
  'extracting archives',
  'installing essential',
  'installing remaining',
  'creating tarball',
];

/** Folder with `rootfs.tar` (the operating system alone) and `packages.json` (name → version). About 25 s and 420 MB. */
export async function buildRootfs(
  options: { suite: string; debianMirror: string },
  context: BuildContext,
): Promise<CacheEntry> {
  const inputs = { suite: options.suite, packages: PACKAGES, excludes: EXCLUDES, architecture: 'amd64' };
  return cacheEntry({ kind: 'rootfs', inputs, build: (folder) => makeRootfs(folder, options, context) }, context);
}

async function makeRootfs(
  folder: string,
  options: { suite: string; debianMirror: string },
  context: BuildContext,
): Promise<void> {
  const tar = join(folder, 'rootfs.tar');
  const source = await findDebianSource(options.suite, options.debianMirror, context.signal);
  const args = [
    '--variant=minbase',
    '--architectures=amd64',
    '--format=tar',
    `--include=${PACKAGES.join(',')}`,
    ...EXCLUDES.map((path) => `--dpkgopt=path-exclude=${path}`),
    options.suite,
    tar,
    ...source,
  ];
  const total = PHASES.length;
  // Its own mount namespace: a killed run would leave /proc and /sys mounted in the work folder, which then cannot be removed.
  await runCommand('unshare', ['--mount', '--propagation=private', 'mmdebstrap', ...args], {
    signal: context.signal,
    env: { TMPDIR: folder, LC_ALL: 'C.UTF-8' },
    onLine: (line) => {
      const phase = PHASES.findIndex((words) => line.includes(words));
      if (phase >= 0) context.progress({ stage: 'rootfs', done: phase, total, message: line.replace(/^I: /, '') });
    },
  });
  const status = await runCommand('tar', ['-xOf', tar, './var/lib/dpkg/status'], { signal: context.signal });
  await writeFile(join(folder, 'packages.json'), `${JSON.stringify(readPackages(status), null, 1)}\n`);
  context.progress({ stage: 'rootfs', done: total, total, message: 'operating system is ready' });
}

/** Name → version of the installed packages in a dpkg status file. */
export function readPackages(status: string): Record<string, string> {
  const packages: Record<string, string> = {};
  for (const paragraph of status.split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (.+)$/m.exec(paragraph)?.[1];
    if (name !== undefined && version !== undefined) packages[name] = version;
  }
  return packages;
}
