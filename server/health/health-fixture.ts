import type { Pool } from 'pg';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { ADMIN, type Fixture, openInstaller } from '#server/installer/installer-fixture.ts';
import { systemClock } from '#server/platform/clock.ts';

const LOOK_MS = 50;

/** An installation on simulated infrastructure with the Container Service and the cluster `blue`, a master and so many workers. */
export async function openFleet(pool: Pool, workerInstances: number): Promise<Fixture> {
  const fixture = await openInstaller(pool);
  await fixture.buildStemcell();
  await fixture.configureService();
  const { taskId } = await fixture.inTx((tx) => requestInstallation(tx, { guids: 'all' }, ADMIN));
  await demandSuccess(fixture, taskId);
  const request = { name: 'blue', planName: 'small', externalHostname: 'blue.test', port: 8443, workerInstances };
  const made = await fixture.inTx((tx) => createCluster(tx, request, ADMIN));
  await demandSuccess(fixture, made.taskId ?? 0);
  void fixture.parts.heartbeats.run(fixture.parts.signal);
  return fixture;
}

async function demandSuccess(fixture: Fixture, taskId: number): Promise<void> {
  const { outcome, errors } = await fixture.runTask(taskId);
  if (outcome !== 'succeeded') throw new Error(`task ${taskId} ${outcome}: ${String(errors[0])}`);
}

/** Runs what is asked for, as the engine would, until the signal aborts. */
export async function workOff(pool: Pool, fixture: Fixture, signal: AbortSignal): Promise<void> {
  const begun = new Set<number>();
  const runs: Promise<unknown>[] = [];
  while (!signal.aborted) {
    // the database may be away in a test: asked again in a moment
    const { rows } = await pool
      .query<{ id: number }>(`select id from tasks where state = 'queued' order by id`)
      .catch(() => ({ rows: [] }));
    for (const { id } of rows) {
      if (begun.has(id)) continue;
      begun.add(id);
      await pool.query(`update tasks set state = 'running', started_at = now() where id = $1`, [id]);
      runs.push(fixture.runTask(id));
    }
    // the abort ends the sleep; the loop's condition sees it
    await systemClock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  await Promise.all(runs);
}
