import { asc, eq } from 'drizzle-orm';
import { groupMembers, groups, users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';

/** Display names of the groups a user is in, sorted. */
export async function groupsOfUser(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.db
    .select({ name: groups.displayName })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .where(eq(groupMembers.userId, userId))
    .orderBy(asc(groups.displayName))
    .limit(1000);
  return rows.map((row) => row.name);
}

/** The user as an actor with all groups; null when gone or deactivated. */
export async function actorOfUser(tx: Tx, userId: string): Promise<Actor | null> {
  const [user] = await tx.db
    .select({ userName: users.userName, active: users.active })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1);
  if (!user?.active) return null;
  return { name: user.userName, userId, groups: await groupsOfUser(tx, userId) };
}
