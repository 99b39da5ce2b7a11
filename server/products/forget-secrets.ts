import { and, eq, inArray, like } from 'drizzle-orm';
import { installationProducts, installations } from '#db/schema/installations.ts';
import { secrets } from '#db/schema/secrets.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { readStaged } from './product-row.ts';
import { secretNamesIn, vaultFolder } from './secret-leaves.ts';

/**
 * Removes a product's secrets that neither its staged nor its deployed configuration nor an installation still to run refers to;
 * called after an apply. Answers how many went.
 */
export async function forgetUnusedSecrets(tx: Tx, guid: string): Promise<number> {
  const product = await readStaged(tx, guid, { lock: true });
  const frozen = await tx.db
    .select({ configuration: installationProducts.configuration })
    .from(installationProducts)
    .innerJoin(installations, eq(installations.id, installationProducts.installationId))
    .innerJoin(tasks, eq(tasks.id, installations.taskId))
    // a failed or cancelled run may be retried with what it froze
    .where(
      and(
        eq(installationProducts.guid, guid),
        inArray(tasks.state, ['queued', 'running', 'cancelling', 'failed', 'cancelled']),
      ),
    )
    .limit(1000);
  const used = secretNamesIn([
    product.configuration,
    product.deployedConfiguration,
    frozen.map((row) => row.configuration),
  ]);
  const folder = vaultFolder(guid).replaceAll(/[\\%_]/g, String.raw`\$&`);
  const rows = await tx.db
    .select({ name: secrets.name })
    .from(secrets)
    .where(like(secrets.name, `${folder}%`))
    .limit(10_000);
  const unused = rows.map((row) => row.name).filter((name) => !used.has(name));
  if (unused.length > 0) await tx.db.delete(secrets).where(inArray(secrets.name, unused));
  return unused.length;
}
