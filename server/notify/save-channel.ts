import { and, eq, ne, sql } from 'drizzle-orm';
import { channels, deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { CHANNEL_SECRETS, type Channel } from '#model/channel.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { type ChannelRow, channelSecret, lockChannel } from './channel-rows.ts';
import { checkChannel } from './check-channel.ts';

export type SaveChannel = {
  /** Null: a new one. */
  id: string | null;
  channel: Channel;
  /** By field; one that is blank or not given stays as it is. */
  secrets: Record<string, string>;
};

/**
 * Makes or changes a channel; answers its id. Secrets go to the vault and never come back. What waits for the channel is tried again at once.
 * Throws invalid_input naming the field, conflict (name taken, made by a tile), not_found, vault_locked.
 */
export async function saveChannel(tx: Tx, vault: Vault, input: SaveChannel, actor: Actor): Promise<{ id: string }> {
  authorize(actor, 'manage-settings');
  const before = input.id === null ? null : await lockChannel(tx, input.id);
  if (before) refuseManaged(before);
  const id = before?.id ?? newUuid();
  await refuseTakenName(tx, id, input.channel.name);
  await writeChannel(tx, vault, { ...input, id, managedBy: null });
  await appendAudit(tx, actor, before ? 'change-channel' : 'add-channel', `channel/${id}`, {
    name: input.channel.name,
    kind: input.channel.config.kind,
    secrets: Object.keys(given(input.secrets)),
  });
  return { id };
}

/** Writes rows and secrets of a channel that may be written; checks it as a whole. */
export async function writeChannel(
  tx: Tx,
  vault: Vault,
  { id, channel, secrets, managedBy }: SaveChannel & { id: string; managedBy: string | null },
): Promise<void> {
  const known: readonly string[] = CHANNEL_SECRETS[channel.config.kind];
  const news = Object.entries(given(secrets)).filter(([field]) => known.includes(field));
  const stored = await Promise.all(known.map((field) => vault.has(tx, channelSecret(id, field))));
  const held = new Set([...known.filter((_, index) => stored[index]), ...news.map(([field]) => field)]);
  checkChannel(channel, (field) => held.has(field));
  const { name, enabled, config, minimumSeverity, deployments, drills } = channel;
  const values = { name, enabled, config, minimumSeverity, deployments, drills, managedBy };
  await tx.db
    .insert(channels)
    .values({ id, ...values })
    .onConflictDoUpdate({
      target: channels.id,
      set: { ...values, version: sql`${channels.version} + 1`, updatedAt: sql`now()` },
    });
  for (const [field, value] of news) await vault.put(tx, { name: channelSecret(id, field), kind: 'password', value });
  await settleWaiting(tx, id, enabled);
  await appendEvent(tx, 'channel.changed', `channel/${id}`, { name, enabled });
}

/** Removes a channel with its secrets and its delivery log. Throws not_found, conflict when a tile made it. */
export async function removeChannel(tx: Tx, vault: Vault, id: string, actor: Actor): Promise<void> {
  authorize(actor, 'manage-settings');
  const row = await lockChannel(tx, id);
  refuseManaged(row);
  await dropChannel(tx, vault, row);
  await appendAudit(tx, actor, 'remove-channel', `channel/${id}`, { name: row.name });
}

export async function dropChannel(tx: Tx, vault: Vault, row: ChannelRow): Promise<void> {
  await tx.db.delete(channels).where(eq(channels.id, row.id));
  await vault.remove(tx, channelSecret(row.id));
  await appendEvent(tx, 'channel.changed', `channel/${row.id}`, { removed: true });
}

/** A channel that works again tries at once what waits; one that is switched off will not send old news when it comes back. */
async function settleWaiting(tx: Tx, id: string, enabled: boolean): Promise<void> {
  const waiting = and(eq(deliveries.channelId, id), eq(deliveries.state, 'waiting'), ne(deliveries.news, 'test'));
  const set = enabled
    ? { nextAt: sql`now()` }
    : { state: 'failed', nextAt: null, receipt: 'The channel was switched off.' };
  await tx.db.update(deliveries).set(set).where(waiting);
}

function refuseManaged(row: ChannelRow): void {
  if (row.managedBy === null) return;
  throw new TesseraError(
    'conflict',
    `Channel ${row.name} comes from the BOSH Director tile. Change it in that tile's form and apply.`,
  );
}

async function refuseTakenName(tx: Tx, id: string, name: string): Promise<void> {
  const rows = await tx.db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.name, name), ne(channels.id, id)))
    .limit(1);
  if (rows.length === 0) return;
  const sentence = `name: there is a channel ${name} already`;
  throw new TesseraError('conflict', sentence, { fields: { 'channel.name': sentence } });
}

const given = (secrets: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
