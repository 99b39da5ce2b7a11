import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { sha256 } from '#server/platform/crypto.ts';
import { rejected } from './zip-members.ts';

/** Public keys that this installation trusts: name shown to operators → PEM. */
export type TrustedKeys = Readonly<Record<string, string>>;

export type SigningKey = { name: string; privateKeyPem: string };

const Signature = z.strictObject({ algorithm: z.literal('ed25519'), key: z.string(), signature: z.base64() });

/** The SIGNATURE member for a SHA256SUMS member. */
export function signSums(sums: Buffer, key: SigningKey): string {
  const privateKey = createPrivateKey(key.privateKeyPem);
  const signature = sign(null, sums, privateKey).toString('base64');
  return `${JSON.stringify({ algorithm: 'ed25519', key: fingerprint(createPublicKey(privateKey)), signature })}\n`;
}

/** Name of the trusted key that signed; null when no trusted key did (unsigned in words). Throws product_file_rejected for a wrong signature of a trusted key. */
export function verifySums(sums: Buffer, member: Buffer | null, trusted: TrustedKeys): string | null {
  if (member === null) return null;
  const parsed = Signature.safeParse(parseJson(member));
  if (!parsed.success) throw rejected('member SIGNATURE cannot be read');
  for (const [name, pem] of Object.entries(trusted)) {
    const publicKey = createPublicKey(pem);
    if (fingerprint(publicKey) !== parsed.data.key) continue;
    if (verify(null, sums, publicKey, Buffer.from(parsed.data.signature, 'base64'))) return name;
    throw rejected(`member SIGNATURE is not that of ${name} over SHA256SUMS: somebody changed the file`);
  }
  return null;
}

/** Name that the built-in tiles are signed under. */
export const BUILD_KEY_NAME = 'this installation';

/** The installation's own signing key, made on first use, in `file` (0600). */
export async function ensureBuildKey(file: string): Promise<{ key: SigningKey; trusted: TrustedKeys }> {
  const privateKeyPem = (await readIfThere(file)) ?? (await makeKey(file));
  const publicPem = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'pem' }).toString();
  return { key: { name: BUILD_KEY_NAME, privateKeyPem }, trusted: { [BUILD_KEY_NAME]: publicPem } };
}

async function makeKey(file: string): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
    return pem;
  } catch (error) {
    // another process was first: its key counts
    const existing = await readIfThere(file);
    if (existing) return existing;
    throw error;
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function parseJson(member: Buffer): unknown {
  try {
    return JSON.parse(member.toString('utf8'));
  } catch {
    // the caller says that the member cannot be read
    return null;
  }
}

const fingerprint = (key: KeyObject): string => sha256(key.export({ type: 'spki', format: 'der' }));
