import { CliError } from '../cli-error.ts';
import type { PksClient } from '../pks-client.ts';
import { ClusterAnswer } from '../pks-cluster.ts';
import type { PksContext } from './pks-command.ts';

const POLL_MS = 1000;

/**
 * Waits until the last action has ended; undefined when the cluster is gone. Says each new description unless `quiet`.
 * Throws CliError when the action failed.
 */
export async function waitForCluster(
  context: PksContext,
  client: PksClient,
  name: string,
  quiet: boolean,
): Promise<ClusterAnswer | undefined> {
  let said = '';
  for (;;) {
    const answer = await client.find(`/clusters/${encodeURIComponent(name)}`);
    if (answer === undefined) return undefined;
    const cluster = ClusterAnswer.parse(answer);
    if (cluster.last_action_description !== said && !quiet) context.print.line(cluster.last_action_description);
    said = cluster.last_action_description;
    if (cluster.last_action_state === 'failed') {
      throw new CliError(
        `${cluster.last_action} of cluster ${cluster.name} failed: ${cluster.last_action_description}`,
      );
    }
    if (cluster.last_action_state === 'succeeded') return cluster;
    await context.sleep(POLL_MS);
  }
}
