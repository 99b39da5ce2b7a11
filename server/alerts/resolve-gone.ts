import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { resolveAlert } from './raise-alert.ts';

const MOST_AT_ONCE = 100;
const Key = z.object({ key: z.string() });

/** Resolves open alerts of clusters and instances that are gone: nobody is left to say that it is over. */
export async function resolveGone(tx: Tx): Promise<void> {
  const { rows } = await tx.client.query(
    `select a.key from alerts a
      where a.state = 'open'
        and ((a.deployment is not null and not exists (select 1 from deployments d where d.name = a.deployment))
          or (a.subject ~ '^(instance|process)/' and not exists
                (select 1 from instances i where i.id::text = split_part(a.subject, '/', 2))))
      limit ${MOST_AT_ONCE}`,
  );
  for (const { key } of rows.map((row) => Key.parse(row)))
    await resolveAlert(tx, key, 'What it was about has been deleted.');
}
