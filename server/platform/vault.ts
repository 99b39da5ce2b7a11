import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq, inArray, like } from 'drizzle-orm';
import { z } from 'zod';
import { secrets } from '#db/schema/secrets.ts';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import { deriveKey, open, seal } from './crypto.ts';
import { TesseraError } from './error.ts';

/**
 * The vault: values sealed with a data key, the data key sealed with a key from the decryption passphrase.
 * By default the open data key also lies in `<state>/vault.key` (0600, never in the database) so that directors restart unattended;
 * with `unlock: 'prompt'` it is held in memory only and a restart waits for `unlock`.
 */
export type NewSecret = {
  /** Absolute name: `/p-bosh/<deployment>/<variable>`. */
  name: string;
  kind: 'password' | 'certificate' | 'rsa' | 'property' | 'signing-key';
  value: string;
  /** Public half, shown without a reveal (certificate PEM, identity). */
  shown?: Record<string, unknown>;
  expiresAt?: Date;
};

const WrappedKey = z.object({ salt: z.string(), wrapped: z.string() });
const KEY_CONTEXT = 'tessera vault key';

export class Vault {
  readonly #keyFile: string | null;
  #key: Buffer | null = null;

  /** @param state folder of the installation; `unlock: 'prompt'` never writes or reads the key file. */
  constructor(state: string, unlock: 'file' | 'prompt') {
    this.#keyFile = unlock === 'file' ? join(state, 'vault.key') : null;
  }

  get isOpen(): boolean {
    return this.#open() !== null;
  }

  /** First-run set-up: makes the data key. Throws conflict when a vault exists. */
  async create(tx: Tx, passphrase: string): Promise<void> {
    const key = randomBytes(32);
    const inserted = await tx.db
      .insert(settings)
      .values({ key: 'vault', value: await wrap(key, passphrase) })
      .onConflictDoNothing()
      .returning({ key: settings.key });
    if (inserted.length === 0)
      throw new TesseraError('conflict', 'The vault exists already. Log in instead of setting up again.');
    tx.afterCommit(() => this.#hold(key));
  }

  /** Opens the vault of this process with the decryption passphrase; throws bad_passphrase. */
  async unlock(tx: Tx, passphrase: string): Promise<void> {
    this.#hold(await unwrap(tx, passphrase));
  }

  /** Wraps the data key with a new passphrase; the old one is checked first. */
  async changePassphrase(tx: Tx, from: string, to: string): Promise<void> {
    const key = await unwrap(tx, from);
    await tx.db
      .update(settings)
      .set({ value: await wrap(key, to) })
      .where(eq(settings.key, 'vault'));
  }

  async put(tx: Tx, secret: NewSecret): Promise<void> {
    const row = {
      kind: secret.kind,
      sealed: seal(this.#mustBeOpen(), Buffer.from(secret.value), secret.name),
      shown: secret.shown ?? {},
      expiresAt: secret.expiresAt ?? null,
    };
    await tx.db
      .insert(secrets)
      .values({ name: secret.name, ...row })
      .onConflictDoUpdate({ target: secrets.name, set: { ...row, updatedAt: new Date() } });
  }

  /** The value by its absolute name; throws not_found or vault_locked. */
  async read(tx: Tx, name: string): Promise<string> {
    const [row] = await tx.db.select({ sealed: secrets.sealed }).from(secrets).where(eq(secrets.name, name)).limit(1);
    if (!row) throw new TesseraError('not_found', `No secret is named ${name}.`);
    return open(this.#mustBeOpen(), row.sealed, name).toString();
  }

  /** The values of those names that exist, in one query; throws vault_locked. */
  async readMany(tx: Tx, names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return new Map();
    const rows = await tx.db
      .select({ name: secrets.name, sealed: secrets.sealed })
      .from(secrets)
      .where(inArray(secrets.name, [...names]))
      .limit(names.length);
    return new Map(rows.map((row) => [row.name, open(this.#mustBeOpen(), row.sealed, row.name).toString()]));
  }

  async has(tx: Tx, name: string): Promise<boolean> {
    const rows = await tx.db.select({ name: secrets.name }).from(secrets).where(eq(secrets.name, name)).limit(1);
    return rows.length > 0;
  }

  /** Removes every secret whose name begins with `prefix`. */
  async remove(tx: Tx, prefix: string): Promise<void> {
    await tx.db.delete(secrets).where(like(secrets.name, `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`));
  }

  #hold(key: Buffer): void {
    this.#key = key;
    if (!this.#keyFile) return;
    writeFileSync(`${this.#keyFile}.new`, key, { mode: 0o600 });
    renameSync(`${this.#keyFile}.new`, this.#keyFile);
  }

  #open(): Buffer | null {
    if (this.#key || !this.#keyFile) return this.#key;
    try {
      this.#key = readFileSync(this.#keyFile);
    } catch (error) {
      // absent until first-run set-up; anything else (rights, a broken disk) must be seen
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    return this.#key;
  }

  #mustBeOpen(): Buffer {
    const key = this.#open();
    if (!key) throw new TesseraError('vault_locked', 'The vault is locked. Unlock it with the decryption passphrase.');
    return key;
  }
}

async function wrap(key: Buffer, passphrase: string): Promise<z.infer<typeof WrappedKey>> {
  const salt = randomBytes(16);
  return {
    salt: salt.toString('base64'),
    wrapped: seal(await deriveKey(passphrase, salt), key, KEY_CONTEXT).toString('base64'),
  };
}

async function unwrap(tx: Tx, passphrase: string): Promise<Buffer> {
  const [row] = await tx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, 'vault')).limit(1);
  if (!row) throw new TesseraError('not_found', 'There is no vault yet. Do the first-run set-up.');
  const { salt, wrapped } = WrappedKey.parse(row.value);
  const kek = await deriveKey(passphrase, Buffer.from(salt, 'base64'));
  try {
    return open(kek, Buffer.from(wrapped, 'base64'), KEY_CONTEXT);
  } catch (cause) {
    throw new TesseraError('bad_passphrase', 'The decryption passphrase is wrong.', {
      cause,
      fields: { passphrase: 'wrong passphrase' },
    });
  }
}
