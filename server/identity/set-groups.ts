import { and, eq, inArray } from 'drizzle-orm';
import { groupMembers, groups } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { authorize } from './authorize.ts';
import { readUser } from './find-users.ts';
import { guardGroups, guardLastAdministrator } from './guard-privileges.ts';

/** Makes `displayNames` the groups of a user. Throws not_found for an unknown group, conflict for the last administrator. */
export async function setGroups(tx: Tx, userId: string, displayNames: readonly string[], actor: Actor): Promise<void> {
  authorize(actor, 'manage-users');
  const user = await readUser(tx, userId);
  const before = user.groups.map((group) => group.displayName);
  const changed = [
    ...before.filter((name) => !displayNames.includes(name)),
    ...displayNames.filter((name) => !before.includes(name)),
  ];
  if (changed.length === 0) return;
  guardGroups(actor, changed);
  await putGroups(tx, userId, displayNames);
  if (changed.includes('opsman.admin')) await guardLastAdministrator(tx);
  await appendAudit(tx, actor, 'set-groups', `user/${userId}`, {
    userName: user.userName,
    before,
    after: [...displayNames],
  });
  await appendEvent(tx, 'user.changed', `user/${userId}`, { groups: [...displayNames] });
}

/** Writes the memberships without asking anybody; for this room only. */
export async function putGroups(tx: Tx, userId: string, displayNames: readonly string[]): Promise<void> {
  const names = [...new Set(displayNames)];
  const found =
    names.length > 0
      ? await tx.db
          .select({ id: groups.id, displayName: groups.displayName })
          .from(groups)
          .where(inArray(groups.displayName, names))
          .limit(names.length)
      : [];
  const unknown = names.find((name) => !found.some((group) => group.displayName === name));
  if (unknown)
    throw new TesseraError('not_found', `Group ${unknown} does not exist. Create it first, or choose another.`);
  await tx.db.delete(groupMembers).where(eq(groupMembers.userId, userId));
  if (found.length > 0) await tx.db.insert(groupMembers).values(found.map((group) => ({ groupId: group.id, userId })));
}

/** Adds a user to a group by their ids; being in it already is no error. */
export async function addMember(tx: Tx, groupId: string, userId: string, actor: Actor): Promise<void> {
  const { group, user } = await memberAndGroup(tx, groupId, userId, actor);
  await tx.db.insert(groupMembers).values({ groupId, userId }).onConflictDoNothing();
  await appendAudit(tx, actor, 'add-member', `group/${groupId}`, { group, userName: user });
  await appendEvent(tx, 'user.changed', `user/${userId}`, { added: group });
}

/** Removes a user from a group; throws conflict for the last administrator. */
export async function removeMember(tx: Tx, groupId: string, userId: string, actor: Actor): Promise<void> {
  const { group, user } = await memberAndGroup(tx, groupId, userId, actor);
  await tx.db.delete(groupMembers).where(and(eq(groupMembers.groupId, groupId), eq(groupMembers.userId, userId)));
  if (group === 'opsman.admin') await guardLastAdministrator(tx);
  await appendAudit(tx, actor, 'remove-member', `group/${groupId}`, { group, userName: user });
  await appendEvent(tx, 'user.changed', `user/${userId}`, { removed: group });
}

async function memberAndGroup(
  tx: Tx,
  groupId: string,
  userId: string,
  actor: Actor,
): Promise<{ group: string; user: string }> {
  authorize(actor, 'manage-users');
  const user = await readUser(tx, userId);
  const [group] = await tx.db
    .select({ displayName: groups.displayName })
    .from(groups)
    .where(eq(groups.id, groupId))
    .limit(1);
  if (!group) throw new TesseraError('not_found', `Group ${groupId} does not exist`);
  guardGroups(actor, [group.displayName]);
  return { group: group.displayName, user: user.userName };
}
