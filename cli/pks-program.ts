import { Command } from 'commander';
import { addClusters } from './commands/clusters.ts';
import { addCreateCluster } from './commands/create-cluster.ts';
import { addDeleteCluster } from './commands/delete-cluster.ts';
import { addGetCredentials } from './commands/get-credentials.ts';
import { addLogin } from './commands/login.ts';
import type { PksContext } from './commands/pks-command.ts';
import { addPlans } from './commands/plans.ts';
import { addResize } from './commands/resize.ts';

/** The `pks` CLI: the PKS API for people and scripts. */
export function createPksProgram(context: PksContext): Command {
  const program = new Command('pks').description('Create and use Kubernetes clusters').showHelpAfterError(false);
  addLogin(program, context);
  addPlans(program, context);
  addClusters(program, context);
  addCreateCluster(program, context);
  addResize(program, context);
  addDeleteCluster(program, context);
  addGetCredentials(program, context);
  return program;
}
