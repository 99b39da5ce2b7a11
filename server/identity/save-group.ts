import { and, eq, sql } from 'drizzle-orm';
import { groups } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { GroupView } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { authorize } from './authorize.ts';
import { BUILT_IN_GROUPS } from './built-in.ts';
import { readGroup } from './find-groups.ts';
import { guardGroups } from './guard-privileges.ts';
import { addMember, removeMember } from './set-groups.ts';

export type GroupChange = { displayName: string; description: string; members: readonly string[] };

/** A new group. Throws conflict when the name is taken. */
export async function createGroup(tx: Tx, group: GroupChange, actor: Actor): Promise<GroupView> {
  authorize(actor, 'manage-users');
  guardGroups(actor, [group.displayName]);
  const id = newUuid();
  const inserted = await tx.db
    .insert(groups)
    .values({ id, displayName: group.displayName, description: group.description })
    .onConflictDoNothing()
    .returning({ id: groups.id });
  if (inserted.length === 0)
    throw new TesseraError('conflict', `A group with displayName: ${group.displayName} already exists.`);
  await appendAudit(tx, actor, 'create-group', `group/${id}`, { group: group.displayName });
  await appendEvent(tx, 'user.changed', `group/${id}`, { group: group.displayName });
  for (const member of group.members) await addMember(tx, id, member, actor);
  return readGroup(tx, id);
}

/** Sets description and members; `version` null: whatever it is. Names of built-in groups stay. */
export async function updateGroup(
  tx: Tx,
  id: string,
  change: GroupChange,
  version: number | null,
  actor: Actor,
): Promise<GroupView> {
  authorize(actor, 'manage-users');
  const before = await readGroup(tx, id);
  guardGroups(actor, [before.displayName, change.displayName]);
  if (change.displayName !== before.displayName) refuseBuiltIn(before.displayName, 'renamed');
  const updated = await tx.db
    .update(groups)
    .set({
      displayName: change.displayName,
      description: change.description,
      version: sql`${groups.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(and(eq(groups.id, id), version === null ? undefined : eq(groups.version, version)))
    .returning({ id: groups.id });
  if (updated.length === 0) {
    throw new TesseraError(
      'stale_version',
      `Attempt to update a group with version ${version} but it is now ${before.version}`,
    );
  }
  for (const member of change.members) if (!before.members.includes(member)) await addMember(tx, id, member, actor);
  for (const member of before.members) if (!change.members.includes(member)) await removeMember(tx, id, member, actor);
  await appendAudit(tx, actor, 'update-group', `group/${id}`, { group: change.displayName });
  return readGroup(tx, id);
}

/** Deletes a group; answers what it was. Built-in groups stay, because rights are named by them. */
export async function deleteGroup(tx: Tx, id: string, actor: Actor): Promise<GroupView> {
  authorize(actor, 'manage-users');
  const group = await readGroup(tx, id);
  guardGroups(actor, [group.displayName]);
  refuseBuiltIn(group.displayName, 'deleted');
  await tx.db.delete(groups).where(eq(groups.id, id));
  await appendAudit(tx, actor, 'delete-group', `group/${id}`, { group: group.displayName });
  await appendEvent(tx, 'user.changed', `group/${id}`, { deleted: true });
  return group;
}

function refuseBuiltIn(displayName: string, deed: string): void {
  if (BUILT_IN_GROUPS.some((group) => group.displayName === displayName)) {
    throw new TesseraError('conflict', `The group ${displayName} is built in and cannot be ${deed}.`);
  }
}
