import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { newUuid } from '#server/platform/ids.ts';
import { missingQuorum } from './cluster-of.ts';

const database = useTestDatabase();

/** A cluster whose masters are so; answers the id of the first. `none` has no VM. */
async function masters(...healths: string[]): Promise<string> {
  const deployment = `service-instance_${newUuid()}`;
  const ids = healths.map(() => newUuid());
  await database.pool.query(`insert into deployments (name, manifest, cluster_uuid) values ($1, '{}', $2)`, [
    deployment,
    newUuid(),
  ]);
  for (const [index, health] of healths.entries()) {
    await database.pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid, vm_health)
       values ($1, $2, 'master', $3, 'az1', 'default', '10.0.0.2', 'small', 'trixie/1.36.3', $4, $5)`,
      [ids[index], deployment, index, health === 'none' ? null : `vm-${ids[index]}`, health],
    );
  }
  return ids[0] ?? '';
}

test.each([
  [['alive'], null],
  [['dead', 'alive', 'alive'], null],
  [['dead', 'alive', 'dead'], null],
  [['alive', 'dead', 'dead'], '1 of 3'],
  [['alive', 'none', 'hung'], '1 of 3'],
  [['alive', 'unknown', 'partitioned'], null],
  [['alive', 'alive', 'dead', 'dead', 'none'], '2 of 5'],
])('masters %j, the first being repaired: %s', async (healths, missing) => {
  expect(await missingQuorum(database, await masters(...healths))).toBe(missing);
});
