import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './build-base.ts';
import { bundleAgent } from './bundle-agent.ts';
import { hashInputs } from './hash-file.ts';
import type { StemcellLine } from './lines.ts';
import type { BuildContext } from './progress.ts';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));

/**
 * Digest of everything in this release that a stemcell of the line is made from: pins, recipes, boot files, agent. Needs no cache and no network
 * (0.5 s), so a director can tell at its start whether the recorded stemcell is of this release.
 */
export async function stemcellRevision(line: StemcellLine, context: BuildContext): Promise<string> {
  const listed = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const files = listed
    .filter((file) => file.isFile() && !file.name.endsWith('.test.ts'))
    .map((file) => join(file.parentPath, file.name));
  const sources = await Promise.all(
    files.sort().map(async (file) => [file.slice(SOURCES.length), await readFile(file, 'utf8')]),
  );
  return hashInputs({ line, sources, bundles: await bundleAgent(context), node: (await findNode()).version });
}
