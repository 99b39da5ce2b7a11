import { CliError, NoAnswer } from '../cli-error.ts';
import type { PksClient } from '../pks-client.ts';
import { ClusterAnswer } from '../pks-cluster.ts';
import type { PksContext } from './pks-command.ts';

const POLL_MS = 1000;
/** An API VM that died has a successor well before. */
const ABSENCE_POLLS = 120;

/**
 * Waits until the last action has ended; undefined when the cluster is gone. Says each new description unless `quiet`.
 * Outlives a replaced API VM. Throws CliError when the action failed.
 */
export async function waitForCluster(
  context: PksContext,
  client: PksClient,
  name: string,
  quiet: boolean,
): Promise<ClusterAnswer | undefined> {
  let said = '';
  let absences = 0;
  for (;;) {
    const answer = await client.find(`/clusters/${encodeURIComponent(name)}`).catch((error: unknown) => {
      if (!(error instanceof NoAnswer) || ++absences > ABSENCE_POLLS) throw error;
      return null;
    });
    if (answer === null) {
      await context.sleep(POLL_MS);
      continue;
    }
    absences = 0;
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
