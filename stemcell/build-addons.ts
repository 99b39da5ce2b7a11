import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type CacheEntry, cacheEntry } from './cache-entry.ts';
import { type GoCommand, goBuild, openGo } from './go-build.ts';
import { GO_TOOLCHAIN, type StemcellLine } from './lines.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

const COREDNS_SOURCE = new URL('./go/coredns/main.go', import.meta.url);
const FLANNEL = 'github.com/flannel-io/flannel';
const LOCAL_PATH = 'github.com/rancher/local-path-provisioner';
const METRICS_SERVER = 'sigs.k8s.io/metrics-server';

/** Backends that need a C compiler (udp, upstream: "for debugging only") or the API of a public cloud. */
const DROPPED_FLANNEL_BACKENDS = ['udp', 'alivpc', 'awsvpc', 'tencentvpc'];

const Download = z.object({ Dir: z.string() });

/**
 * `flanneld`, `coredns`, `local-path-provisioner` and `metrics-server` as static binaries, about 2 min on 2 cores. They share one module,
 * and so one compilation of the Kubernetes client library, but not with Kubernetes itself: their newer dependencies must not move
 * the versions that a Kubernetes release was tested with.
 */
export async function buildAddons(line: StemcellLine, context: BuildContext): Promise<CacheEntry> {
  const inputs = {
    addons: line.addons,
    kubernetes: line.kubernetes,
    coredns: await readFile(COREDNS_SOURCE, 'utf8'),
    dropped: DROPPED_FLANNEL_BACKENDS,
    go: GO_TOOLCHAIN.minimum,
  };
  return cacheEntry({ kind: 'addons', inputs, build: (folder) => compile(folder, line, context) }, context);
}

async function compile(folder: string, line: StemcellLine, context: BuildContext): Promise<void> {
  const go = await openGo(context);
  const module = join(folder, 'module');
  await mkdir(join(module, 'coredns'), { recursive: true });
  context.progress({
    stage: 'addons',
    done: 0,
    total: 0,
    message: 'getting the modules of flannel, CoreDNS, local-path-provisioner and metrics-server',
  });
  await writeFile(join(module, 'go.mod'), addonsGoMod(line));
  await writeFile(join(module, 'coredns', 'main.go'), await readFile(COREDNS_SOURCE));
  await copyFlannel(go, module, line.addons.flannel, context);
  const packages = ['./coredns', FLANNEL, LOCAL_PATH, `${METRICS_SERVER}/cmd/metrics-server`];
  const symbols = {
    [`${FLANNEL}/pkg/version.Version`]: `v${line.addons.flannel}`,
    'main.VERSION': `v${line.addons.localPathProvisioner}`,
    'k8s.io/client-go/pkg/version.gitVersion': `v${line.addons.metricsServer}`,
    'k8s.io/component-base/version.gitVersion': `v${line.addons.metricsServer}`,
  };
  await goBuild(go, { module, packages, out: `${folder}/`, symbols, stage: 'addons' }, context);
  await rename(join(folder, 'flannel'), join(folder, 'flanneld'));
  await rm(module, { recursive: true });
}

/** A copy of flannel's source without the dropped backends: a module of the cache is read-only and cannot be overlaid. */
async function copyFlannel(go: GoCommand, module: string, version: string, context: BuildContext): Promise<void> {
  const answer = Download.parse(
    JSON.parse(await go(['mod', 'download', '-json', `${FLANNEL}@v${version}`], { cwd: module })),
  );
  const copy = join(module, 'flannel');
  await cp(answer.Dir, copy, { recursive: true });
  await runCommand('chmod', ['-R', 'u+w', copy], { signal: context.signal });
  const main = join(copy, 'main.go');
  let source = await readFile(main, 'utf8');
  for (const backend of DROPPED_FLANNEL_BACKENDS) {
    source = source.replace(`\t_ "${FLANNEL}/pkg/backend/${backend}"\n`, '');
    await rm(join(copy, 'pkg', 'backend', backend), { recursive: true, force: true });
  }
  await writeFile(main, source);
}

function addonsGoMod(line: StemcellLine): string {
  const library = `v0.${line.kubernetes.split('.').slice(1).join('.')}`;
  const libraries = ['api', 'apimachinery', 'apiserver', 'client-go', 'component-base', 'metrics'];
  return [
    'module tessera/addons',
    `go ${GO_TOOLCHAIN.minimum}`,
    `require github.com/coredns/coredns v${line.addons.coredns}`,
    `require ${FLANNEL} v${line.addons.flannel}`,
    `require ${LOCAL_PATH} v${line.addons.localPathProvisioner}`,
    `require ${METRICS_SERVER} v${line.addons.metricsServer}`,
    ...libraries.map((name) => `require k8s.io/${name} ${library}`),
    `replace ${FLANNEL} => ./flannel`,
    '',
  ].join('\n');
}
