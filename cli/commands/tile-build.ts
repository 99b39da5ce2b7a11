import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'bin', 'build-tile.ts');

/**
 * `tessera tile build`: packing needs the rules of server/products, which the CLI does not know (it speaks HTTP only), so it runs a script of bin/.
 */
export function addTileBuild(program: Command): void {
  program
    .command('tile')
    .description('Product files')
    .command('build')
    .description('Pack a tile folder into a product file')
    .argument('<folder>', 'folder with metadata.yml')
    .option('-o, --output <file>', 'where to write; <name>-<version>.tessera here when left out')
    .action((folder: string, options: { output?: string }) => {
      const args = [SCRIPT, folder, ...(options.output ? [options.output] : [])];
      const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
      if (status !== 0) throw new CliError('The tile was not built.');
    });
}
