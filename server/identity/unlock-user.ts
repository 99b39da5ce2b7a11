import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { authorize } from './authorize.ts';
import { readUser } from './find-users.ts';
import { guardUser } from './guard-privileges.ts';
import { forgetFailures } from './throttle.ts';

/** Ends the pause of a user who mistyped the password too often. Throws not_found, forbidden. */
export async function unlockUser(tx: Tx, id: string, actor: Actor): Promise<void> {
  authorize(actor, 'manage-users');
  await guardUser(tx, actor, id);
  const user = await readUser(tx, id);
  await forgetFailures(tx, [{ kind: 'user', name: user.userName }]);
  await appendAudit(tx, actor, 'unlock-user', `user/${id}`, { userName: user.userName });
}
