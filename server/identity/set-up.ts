import { sql } from 'drizzle-orm';
import { clients, groupMembers, groups, users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { SetUpRequest } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { hashPassword } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { ADMINISTRATOR_GROUPS, BUILT_IN_CLIENTS, BUILT_IN_GROUPS, LOCKED } from './built-in.ts';

/** True once the first administrator and the vault exist. */
export async function isSetUp(tx: Tx): Promise<boolean> {
  const { rows } = await tx.client.query<{ done: boolean }>(
    `select exists (select 1 from settings where key = 'vault') or exists (select 1 from users) as done`,
  );
  return rows[0]?.done ?? false;
}

/**
 * First run: the administrator, the vault with its decryption passphrase, all groups and the built-in clients, all or nothing.
 * Throws conflict when it was done before. Signing keys are made at first use, because the vault opens only when this commits.
 */
export async function setUp(tx: Tx, vault: Vault, request: SetUpRequest): Promise<{ userId: string }> {
  if (await isSetUp(tx)) {
    throw new TesseraError('conflict', 'This installation is set up already. Log in instead of setting up again.');
  }
  await vault.create(tx, request.passphrase);

  const userId = newUuid();
  await tx.db.insert(users).values({
    id: userId,
    userName: request.userName,
    email: request.email ?? request.userName,
    passwordHash: await hashPassword(request.password),
  });
  const made = await tx.db
    .insert(groups)
    .values(BUILT_IN_GROUPS.map((group) => ({ id: newUuid(), ...group })))
    .returning({ id: groups.id, displayName: groups.displayName });
  await tx.db
    .insert(groupMembers)
    .values(
      made
        .filter((group) => ADMINISTRATOR_GROUPS.includes(group.displayName))
        .map((group) => ({ groupId: group.id, userId })),
    );
  await tx.db.insert(clients).values(
    BUILT_IN_CLIENTS.map(({ isPublic, ...client }) => ({
      ...client,
      secretHash: isPublic ? '' : LOCKED,
      updatedAt: sql`now()`,
    })),
  );

  const actor = { name: request.userName, userId, groups: ADMINISTRATOR_GROUPS };
  await appendAudit(tx, actor, 'set-up', 'installation', { administrator: request.userName });
  await appendEvent(tx, 'settings.changed', 'settings/setup', { done: true });
  await appendEvent(tx, 'user.changed', `user/${userId}`, { userName: request.userName });
  return { userId };
}
