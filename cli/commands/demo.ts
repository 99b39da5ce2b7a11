import type { Command } from 'commander';
import { runDemo } from '../run-demo.ts';
import type { TesseraContext } from './tessera-command.ts';

export function addDemo(program: Command, context: TesseraContext): void {
  program
    .command('demo')
    .description('The whole main job unattended: set up, configure, apply, create a cluster')
    .argument('[file]', 'YAML file that says what to do; cli/demo.yml when left out')
    .action((file: string | undefined) => runDemo(context, file));
}
