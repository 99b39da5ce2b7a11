import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type CacheEntry, cacheEntry, findEntry } from './cache-entry.ts';
import { type GoCommand, goBuild, openGo } from './go-build.ts';
import { GO_TOOLCHAIN } from './lines.ts';
import type { BuildContext } from './progress.ts';

export const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
] as const;

const SOURCE = new URL('./go/kubernetes/main.go', import.meta.url);
const Download = z.object({ GoMod: z.string() });

/** One binary, `kubernetes`, that acts by the name it is called by. 4–9 min on 2 cores, from Go modules verified by the checksum database. */
export async function buildKubernetes(version: string, context: BuildContext): Promise<CacheEntry> {
  const inputs = await kubernetesInputs(version);
  return cacheEntry({ kind: 'kubernetes', inputs, build: (folder) => compile(folder, version, context) }, context);
}

/** What an earlier `buildKubernetes` of this version left in the cache, or null. */
export async function findBuiltKubernetes(version: string, context: BuildContext): Promise<CacheEntry | null> {
  return findEntry('kubernetes', await kubernetesInputs(version), context);
}

async function kubernetesInputs(version: string) {
  return { version, source: 'go modules', main: await readFile(SOURCE, 'utf8'), go: GO_TOOLCHAIN.minimum };
}

async function compile(folder: string, version: string, context: BuildContext): Promise<void> {
  const go = await openGo(context);
  const module = join(folder, 'module');
  await mkdir(module);
  context.progress({ stage: 'kubernetes', done: 0, total: 0, message: `getting the modules of Kubernetes ${version}` });
  await writeFile(join(module, 'go.mod'), await kubernetesGoMod(go, module, version));
  await writeFile(join(module, 'main.go'), await readFile(SOURCE));
  await go(['mod', 'tidy'], { cwd: module });
  const [major = '', minor = ''] = version.split('.');
  const stamps = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const symbols: Record<string, string> = {};
  for (const [name, value] of Object.entries(stamps)) symbols[`k8s.io/component-base/version.${name}`] = value;
  await goBuild(
    go,
    { module, packages: ['.'], out: join(folder, 'kubernetes'), symbols, stage: 'kubernetes' },
    context,
  );
  await rm(module, { recursive: true });
}

async function kubernetesGoMod(go: GoCommand, cwd: string, version: string): Promise<string> {
  const answer = Download.parse(
    JSON.parse(await go(['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], { cwd })),
  );
  return wrapperGoMod(await readFile(answer.GoMod, 'utf8'), version);
}

/**
 * go.mod of a module that imports Kubernetes' own programs. Kubernetes keeps its libraries in `./staging` by `replace` lines, which do not
 * count in a module that imports it; here each is replaced by the published module of the same release (v1.36.3 → v0.36.3).
 */
export function wrapperGoMod(upstream: string, version: string): string {
  const staged = [...upstream.matchAll(/(k8s\.io\/[a-z0-9-]+) => \.\/staging/g)].map((match) => match[1] ?? '');
  const published = `v0.${version.split('.').slice(1).join('.')}`;
  return [
    'module tessera/kubernetes',
    ...(upstream.match(/^go .+$/m) ?? []),
    ...(upstream.match(/^godebug \([^)]*\)/m) ?? upstream.match(/^godebug .+$/m) ?? []),
    `require k8s.io/kubernetes v${version}`,
    ...[...new Set(staged)].sort().map((name) => `replace ${name} => ${name} ${published}`),
    '',
  ].join('\n');
}
