import { sql } from 'drizzle-orm';
import { stemcells } from '#db/schema/stemcells.ts';
import type { Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import type { StemcellManifest } from '#model/stemcell.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';

/** A stemcell is built, imported and verified: VMs may be made from it. The same name again replaces it; VMs keep what they were made from. */
export async function recordStemcell(
  tx: Tx,
  built: { folder: string; manifest: StemcellManifest; cid: string },
): Promise<void> {
  const { folder, manifest, cid } = built;
  const name = `${manifest.os}/${manifest.version}`;
  const values = {
    os: manifest.os,
    stemcellVersion: manifest.version,
    state: 'ready',
    path: folder,
    cid,
    manifest,
    builtAt: new Date(manifest.builtAt),
  };
  await tx.db
    .insert(stemcells)
    .values({ name, ...values })
    .onConflictDoUpdate({
      target: stemcells.name,
      set: { ...values, updatedAt: sql`now()`, version: sql`${stemcells.version} + 1` },
    });
  await appendAudit(tx, SYSTEM_ACTOR, 'record-stemcell', `stemcell/${name}`, { cid, key: manifest.key });
  await appendEvent(tx, 'stemcell.changed', `stemcell/${name}`, { state: 'ready' });
}
