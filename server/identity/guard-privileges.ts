import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { TesseraError } from '#server/platform/error.ts';
import { groupsOfUser } from './groups-of-user.ts';

/**
 * One store serves three issuers, but the management client of the Container Service must not make itself administrator of the
 * console: who may read its secret would else own everything. So groups of the console and of the director, and the users in them,
 * are changed by `opsman.admin` only.
 */
const isPrivileged = (group: string): boolean => group.startsWith('opsman.') || group.startsWith('bosh.');

/** Throws forbidden when one of the groups is privileged and the actor is no administrator. */
export function guardGroups(actor: Actor, displayNames: readonly string[]): void {
  const privileged = displayNames.find(isPrivileged);
  if (!privileged || actor.groups.includes('opsman.admin')) return;
  throw new TesseraError(
    'forbidden',
    `${actor.name} may not change who is in ${privileged}: that takes the group opsman.admin. Use the console as an administrator.`,
  );
}

/** Throws forbidden when the user is in a privileged group and the actor is no administrator. */
export async function guardUser(tx: Tx, actor: Actor, userId: string): Promise<void> {
  if (actor.userId === userId) return;
  guardGroups(actor, await groupsOfUser(tx, userId));
}

/** Throws conflict when no active user is left in `opsman.admin`: nobody could ever repair that. Call after the change. */
export async function guardLastAdministrator(tx: Tx): Promise<void> {
  const { rows } = await tx.client.query(
    `select 1 from users u join group_members m on m.user_id = u.id join groups g on g.id = m.group_id
      where g.display_name = 'opsman.admin' and u.active limit 1`,
  );
  if (rows.length === 0) {
    throw new TesseraError(
      'conflict',
      'This is the last active user in opsman.admin. Give another user that group first.',
    );
  }
}
