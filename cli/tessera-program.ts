import { Command } from 'commander';
import { addApplyChanges } from './commands/apply-changes.ts';
import { addClusterTopology } from './commands/cluster-topology.ts';
import { addCredentials } from './commands/credentials.ts';
import { addDemo } from './commands/demo.ts';
import { addDrills } from './commands/drills.ts';
import { addForm } from './commands/form.ts';
import { addHosts } from './commands/hosts.ts';
import { addImportProduct } from './commands/import-product.ts';
import { addInfo } from './commands/info.ts';
import { addInfrastructure } from './commands/infrastructure.ts';
import { addInstallations } from './commands/installations.ts';
import { addInstances } from './commands/instances.ts';
import { addProducts } from './commands/products.ts';
import { addSamples } from './commands/samples.ts';
import { addTasks } from './commands/tasks.ts';
import type { TesseraContext } from './commands/tessera-command.ts';
import { addTesseraLogin } from './commands/tessera-login.ts';
import { addTileBuild } from './commands/tile-build.ts';
import { addUsers } from './commands/users.ts';
import { addVault } from './commands/vault.ts';
import { addWorkloads } from './commands/workloads.ts';

/** The `tessera` CLI: what the console does, for terminals and scripts. */
export function createTesseraProgram(context: TesseraContext): Command {
  const program = new Command('tessera').description('Operate a Tessera installation').showHelpAfterError(false);
  addTesseraLogin(program, context);
  addInfo(program, context);
  addProducts(program, context);
  addImportProduct(program, context);
  addForm(program, context);
  addCredentials(program, context);
  addApplyChanges(program, context);
  addInstallations(program, context);
  addInstances(program, context);
  addInfrastructure(program, context);
  addClusterTopology(program, context);
  addDrills(program, context);
  addWorkloads(program, context);
  addSamples(program, context);
  addTasks(program, context);
  addUsers(program, context);
  addVault(program, context);
  addHosts(program, context);
  addTileBuild(program);
  addDemo(program, context);
  return program;
}
