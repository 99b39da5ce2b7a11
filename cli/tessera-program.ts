import { Command } from 'commander';
import { addDemo } from './commands/demo.ts';
import { addHosts } from './commands/hosts.ts';
import { addInstances } from './commands/instances.ts';
import { addProducts } from './commands/products.ts';
import { addTasks } from './commands/tasks.ts';
import type { TesseraContext } from './commands/tessera-command.ts';
import { addTesseraLogin } from './commands/tessera-login.ts';
import { addTileBuild } from './commands/tile-build.ts';

/** The `tessera` CLI: what the console does, for terminals and scripts. */
export function createTesseraProgram(context: TesseraContext): Command {
  const program = new Command('tessera').description('Operate a Tessera installation').showHelpAfterError(false);
  addTesseraLogin(program, context);
  addProducts(program, context);
  addInstances(program, context);
  addTasks(program, context);
  addHosts(program, context);
  addTileBuild(program);
  addDemo(program, context);
  return program;
}
