import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { TesseraError } from '#server/platform/error.ts';
import { writeTar } from './image-archive.ts';
import type { BuildContext } from './progress.ts';

/** Entry points of the programs that run in a VM, by the file name they get below /opt/tessera. */
const PROGRAMS = {
  'agent.mjs': 'agent/main.ts',
  'uaa.mjs': 'agent/uaa.ts',
  'pks-api.mjs': 'agent/pks-api.ts',
} as const;
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** CommonJS packages inside an ES module bundle still call require. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Bundles the agent and the API forwarders to one file each; returns file name → content. About 1 s. */
export async function bundleAgent(context: BuildContext): Promise<Record<string, string>> {
  const bundles: Record<string, string> = {};
  for (const [name, entry] of Object.entries(PROGRAMS)) {
    context.signal.throwIfAborted();
    bundles[name] = await bundle(entry);
  }
  return bundles;
}

/** Writes the thin layer that stands on top of the base layer. Equal bundles give equal bytes. */
export async function writeAgentLayer(
  destination: string,
  bundles: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const mtime = new Date(0);
  await writeTar(destination, signal, async (layer) => {
    layer.entry({ name: 'opt/tessera/', type: 'directory', mode: 0o755, mtime });
    for (const [name, text] of Object.entries(bundles))
      layer.entry({ name: `opt/tessera/${name}`, mode: 0o644, mtime }, text);
  });
}

async function bundle(entry: string): Promise<string> {
  const path = join(ROOT, entry);
  await access(path).catch((cause: unknown) => {
    throw new TesseraError(
      'stemcell_build_failed',
      `${entry} is not there, so the stemcell would have no agent. Get a complete source tree.`,
      { cause },
    );
  });
  const result = await build({
    entryPoints: [path],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    banner: { js: BANNER },
    // optional native accelerators of ws: plain JavaScript serves ten messages a second
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}
