import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { and, desc, eq } from 'drizzle-orm';
import { signingKeys } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Issuer } from '#model/user.ts';
import { sha256 } from '#server/platform/crypto.ts';
import type { Vault } from '#server/platform/vault.ts';

const generate = promisify(generateKeyPair);

export type PublicKey = { kid: string; publicPem: string };
export type SigningKey = PublicKey & { privatePem: string };

/** The key an issuer signs with; made at first use (RSA 2048), private half in the vault under `/uaa/<issuer>/<kid>`. */
export async function activeSigningKey(tx: Tx, vault: Vault, issuer: Issuer): Promise<SigningKey> {
  const found = (await newest(tx, issuer)) ?? (await makeKey(tx, vault, issuer));
  return { ...found, privatePem: await vault.read(tx, secretName(issuer, found.kid)) };
}

/** Public keys whose tokens an issuer still accepts, newest first. Makes the first one when there is none yet. */
export async function publicKeys(tx: Tx, vault: Vault, issuer: Issuer): Promise<PublicKey[]> {
  const rows = await acceptedKeys(tx, issuer);
  return rows.length > 0 ? rows : [await makeKey(tx, vault, issuer)];
}

/** Like `publicKeys`, but needs no vault: what a token is checked against. */
export async function acceptedKeys(tx: Tx, issuer: Issuer): Promise<PublicKey[]> {
  return tx.db
    .select({ kid: signingKeys.kid, publicPem: signingKeys.publicPem })
    .from(signingKeys)
    .where(and(eq(signingKeys.issuer, issuer), eq(signingKeys.active, true)))
    .orderBy(desc(signingKeys.createdAt))
    .limit(10);
}

async function newest(tx: Tx, issuer: Issuer): Promise<PublicKey | undefined> {
  return (await acceptedKeys(tx, issuer))[0];
}

async function makeKey(tx: Tx, vault: Vault, issuer: Issuer): Promise<PublicKey> {
  // two first log-ins at once must end with one key
  await tx.client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`signing-key:${issuer}`]);
  const meanwhile = await newest(tx, issuer);
  if (meanwhile) return meanwhile;
  const { publicKey, privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const kid = `${issuer}-${sha256(publicKey).slice(0, 12)}`;
  await vault.put(tx, {
    name: secretName(issuer, kid),
    kind: 'signing-key',
    value: privateKey,
    shown: { public_key: publicKey },
  });
  await tx.db.insert(signingKeys).values({ kid, issuer, publicPem: publicKey });
  return { kid, publicPem: publicKey };
}

const secretName = (issuer: Issuer, kid: string): string => `/uaa/${issuer}/${kid}`;
