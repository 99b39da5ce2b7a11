import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import { DetectorSettings, type Meltdown, MeltdownSettings, Resurrection } from '#model/health.ts';
import { DIRECTOR_SLUG } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { findStaged } from '#server/products/product-row.ts';

const RESURRECTOR = '.properties.resurrector_enabled';

/** Thresholds of the meltdown guard; the defaults until somebody sets them. */
export const readMeltdownSettings = (tx: Tx): Promise<MeltdownSettings> => read(tx, 'meltdown', MeltdownSettings);

export async function saveMeltdownSettings(tx: Tx, input: MeltdownSettings, actor: Actor): Promise<void> {
  authorize(actor, 'manage-settings');
  await write(tx, 'meltdown', input);
  await appendAudit(tx, actor, 'set-meltdown', 'settings/meltdown', input);
}

export const readDetectorSettings = (tx: Tx): Promise<DetectorSettings> => read(tx, 'detector', DetectorSettings);

export async function saveDetectorSettings(tx: Tx, input: DetectorSettings, actor: Actor): Promise<void> {
  authorize(actor, 'manage-settings');
  await write(tx, 'detector', input);
  await appendAudit(tx, actor, 'set-detector', 'settings/detector', input);
}

/** Is repair on, and where not? Until somebody sets it, the director tile's applied "Enable VM resurrector" says so for all. */
export async function readResurrection(tx: Tx): Promise<Resurrection> {
  const stored = await find(tx, 'resurrection');
  if (stored !== undefined) return Resurrection.parse(stored);
  const director = await findStaged(tx, DIRECTOR_SLUG);
  const tile = director?.deployedConfiguration?.properties[RESURRECTOR];
  return { enabled: tile !== false && tile !== 'false', off: [] };
}

export async function saveResurrection(tx: Tx, input: Resurrection, actor: Actor): Promise<void> {
  authorize(actor, 'repair');
  await write(tx, 'resurrection', { enabled: input.enabled, off: [...new Set(input.off)].toSorted() });
  await appendAudit(tx, actor, 'set-resurrection', 'settings/resurrection', input);
}

/** The guard's present verdict; null when all is calm. */
export async function readMeltdown(tx: Tx): Promise<Meltdown | null> {
  // only `writeMeltdown` writes this row
  return ((await find(tx, 'meltdown-state')) ?? null) as Meltdown | null;
}

export const writeMeltdown = (tx: Tx, meltdown: Meltdown | null): Promise<void> =>
  write(tx, 'meltdown-state', meltdown);

async function read<Schema extends z.ZodType>(tx: Tx, key: string, schema: Schema): Promise<z.infer<Schema>> {
  return schema.parse((await find(tx, key)) ?? {});
}

async function find(tx: Tx, key: string): Promise<unknown> {
  const [row] = await tx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, key)).limit(1);
  return row?.value;
}

async function write(tx: Tx, key: string, value: unknown): Promise<void> {
  // a JSON null is a value of its own here: the column takes no SQL null
  const json = sql`${JSON.stringify(value)}::jsonb`;
  await tx.db
    .insert(settings)
    .values({ key, value: json })
    .onConflictDoUpdate({ target: settings.key, set: { value: json, updatedAt: sql`now()` } });
  await appendEvent(tx, 'health.changed', `settings/${key}`);
}
