import { and, eq, sql } from 'drizzle-orm';
import { clients } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { ClientView, Issuer } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { hashPassword } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { authorize } from './authorize.ts';
import { BUILT_IN_CLIENTS, LOCKED } from './built-in.ts';
import { readClient } from './find-clients.ts';
import { guardGroups } from './guard-privileges.ts';

export type ClientChange = {
  name?: string | undefined;
  grantTypes?: string[] | undefined;
  scopes?: string[] | undefined;
  authorities?: string[] | undefined;
  redirectUris?: string[] | undefined;
  autoapprove?: string[] | boolean | undefined;
  accessTokenSeconds?: number | undefined;
  refreshTokenSeconds?: number | undefined;
};

/** A new client. Throws conflict when the id is taken, invalid_input when client_credentials lacks a secret. */
export async function createClient(
  tx: Tx,
  issuer: Issuer,
  client: ClientChange & { clientId: string; secret: string },
  actor: Actor,
): Promise<ClientView> {
  authorize(actor, 'manage-clients');
  const { clientId, secret, ...change } = client;
  guardGroups(actor, [...(change.authorities ?? []), ...(change.scopes ?? [])]);
  const grantTypes = change.grantTypes ?? [];
  if (grantTypes.length === 0)
    throw new TesseraError('invalid_input', `${clientId}: authorized_grant_types is missing.`);
  if (!secret && grantTypes.includes('client_credentials')) {
    throw new TesseraError(
      'invalid_input',
      `${clientId}: client_secret is missing; the client_credentials grant needs one.`,
    );
  }
  const inserted = await tx.db
    .insert(clients)
    .values({
      issuer,
      clientId,
      secretHash: secret ? await hashPassword(secret) : '',
      createdBy: actor.name,
      ...withoutUndefined(change),
      grantTypes,
      scopes: change.scopes ?? ['uaa.none'],
      authorities: change.authorities ?? ['uaa.none'],
    })
    .onConflictDoNothing()
    .returning({ clientId: clients.clientId });
  if (inserted.length === 0) throw new TesseraError('conflict', `Client already exists: ${clientId}`);
  await appendAudit(tx, actor, 'create-client', `client/${issuer}/${clientId}`, {
    authorities: change.authorities ?? [],
    scopes: change.scopes ?? [],
  });
  return readClient(tx, issuer, clientId);
}

/** Changes the fields given; missing and empty ones keep what is stored, as UAA does. */
export async function updateClient(
  tx: Tx,
  issuer: Issuer,
  clientId: string,
  change: ClientChange,
  actor: Actor,
): Promise<ClientView> {
  authorize(actor, 'manage-clients');
  await readClient(tx, issuer, clientId);
  guardGroups(actor, [...(change.authorities ?? []), ...(change.scopes ?? [])]);
  const set = Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
  await tx.db
    .update(clients)
    .set({ ...set, updatedAt: sql`now()`, version: sql`${clients.version} + 1` })
    .where(and(eq(clients.issuer, issuer), eq(clients.clientId, clientId)));
  await appendAudit(tx, actor, 'update-client', `client/${issuer}/${clientId}`, { changed: Object.keys(set) });
  return readClient(tx, issuer, clientId);
}

/** Deletes a client; answers what it was. Built-in clients stay: the CLIs could not log in any more. */
export async function deleteClient(tx: Tx, issuer: Issuer, clientId: string, actor: Actor): Promise<ClientView> {
  authorize(actor, 'manage-clients');
  const client = await readClient(tx, issuer, clientId);
  if (BUILT_IN_CLIENTS.some((one) => one.issuer === issuer && one.clientId === clientId)) {
    throw new TesseraError('conflict', `The client ${clientId} is built in and cannot be deleted.`);
  }
  await tx.db.delete(clients).where(and(eq(clients.issuer, issuer), eq(clients.clientId, clientId)));
  await tx.client.query('delete from refresh_tokens where issuer = $1 and client_id = $2', [issuer, clientId]);
  await appendAudit(tx, actor, 'delete-client', `client/${issuer}/${clientId}`);
  return client;
}

/** A client's new secret, asked for by a person; throws not_found. The management client's belongs to its tile. */
export async function changeClientSecret(
  tx: Tx,
  issuer: Issuer,
  clientId: string,
  secret: string,
  actor: Actor,
): Promise<void> {
  authorize(actor, 'manage-clients');
  await readClient(tx, issuer, clientId);
  if (BUILT_IN_CLIENTS.some((one) => one.issuer === issuer && one.clientId === clientId)) {
    throw new TesseraError(
      'conflict',
      `The secret of ${clientId} is kept by its tile. Change it there, then apply changes.`,
    );
  }
  if (!secret) throw new TesseraError('invalid_input', `${clientId}: the new secret is empty.`);
  await putSecretHash(tx, issuer, clientId, await hashPassword(secret));
  await appendAudit(tx, actor, 'change-client-secret', `client/${issuer}/${clientId}`);
}

/** Gives a built-in client the secret its tile generated (the installer calls this); an empty one locks the client. */
export async function setClientSecret(tx: Tx, issuer: Issuer, clientId: string, secret: string): Promise<void> {
  await putSecretHash(tx, issuer, clientId, secret ? await hashPassword(secret) : LOCKED);
}

/** Token lifetimes from the tile's UAA form, in seconds. */
export async function setClientLifetimes(
  tx: Tx,
  issuer: Issuer,
  clientId: string,
  lifetimes: { accessTokenSeconds: number; refreshTokenSeconds: number },
): Promise<void> {
  await tx.db
    .update(clients)
    .set({ ...lifetimes, updatedAt: sql`now()` })
    .where(and(eq(clients.issuer, issuer), eq(clients.clientId, clientId)));
}

async function putSecretHash(tx: Tx, issuer: Issuer, clientId: string, secretHash: string): Promise<void> {
  const updated = await tx.db
    .update(clients)
    .set({ secretHash, updatedAt: sql`now()`, version: sql`${clients.version} + 1` })
    .where(and(eq(clients.issuer, issuer), eq(clients.clientId, clientId)))
    .returning({ clientId: clients.clientId });
  if (updated.length === 0) throw new TesseraError('not_found', `No client with requested id: ${clientId}`);
}

/** Columns with a default keep it when nothing is given. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // the filter is what makes the mapped type true
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
