import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { like } from 'drizzle-orm';
import { z } from 'zod';
import { secrets } from '#db/schema/secrets.ts';
import type { Tx } from '#db/transaction.ts';
import type { Manifest } from '#model/manifest.ts';
import { ensureAuthority, putCertificate, readPair } from '#server/certificates/authority.ts';
import { createAuthority, issueCertificate, type PemPair } from '#server/certificates/issue-certificate.ts';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newSecret } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { readAddresses, readInstanceSpecs } from './read-specs.ts';
import { byDependency, type InstanceSpec, type WantedVariable, wantedVariables } from './wanted-variables.ts';

const PASSWORD_LENGTH = 32;
const RSA_BITS = 2048;
const LEAF_DAYS = 730;
const AUTHORITY_DAYS = 1460;
/** A leaf that is this near to its end is made anew by the next apply. */
const RENEW_BEFORE_MS = 30 * 86_400_000;
const ROOT = '/tessera/ca/root';

const Shown = z.object({
  certificate: z.string().optional(),
  ca: z.string().optional(),
  wanted: z.string().optional(),
});
type Existing = { shown: z.infer<typeof Shown>; expiresAt: Date | null };
type Context = { tx: Tx; vault: Vault; clock: Clock; existing: Map<string, Existing> };

const rsaKeyPair = promisify(generateKeyPair);

/**
 * Makes the credentials that a manifest declares and the vault lacks; returns how many. What exists is kept. A leaf certificate is made anew
 * when the manifest wants other names, when its authority has changed, or 30 days before its end; authorities, keys and passwords never are.
 * Names: `/tessera/<deployment>/<name>`, one more level (the instance's id) when made for each instance.
 */
export async function generateVariables(
  tx: Tx,
  vault: Vault,
  manifest: Manifest,
  clock: Clock = systemClock,
): Promise<number> {
  const instances: InstanceSpec[] = await readInstanceSpecs(tx, manifest.name);
  const wanted = wantedVariables(manifest, instances, await readAddresses(tx, manifest.name));
  const context: Context = { tx, vault, clock, existing: await readExisting(tx, `/tessera/${manifest.name}/`) };
  let made = 0;
  for (const variable of byDependency(wanted)) if (await generate(context, variable)) made += 1;
  return made;
}

async function generate(context: Context, wanted: WantedVariable): Promise<boolean> {
  const { tx, vault, existing } = context;
  if (wanted.type === 'certificate') return generateCertificateVariable(context, wanted);
  if (existing.has(wanted.name)) return false;
  if (wanted.type === 'password') {
    await vault.put(tx, {
      name: wanted.name,
      kind: 'password',
      value: newSecret(wanted.options.length ?? PASSWORD_LENGTH),
    });
    return true;
  }
  const keys = await rsaKeyPair('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const value = JSON.stringify({ private_key: keys.privateKey, public_key: keys.publicKey });
  await vault.put(tx, { name: wanted.name, kind: 'rsa', value, shown: { public_key: keys.publicKey } });
  return true;
}

async function generateCertificateVariable(context: Context, wanted: WantedVariable): Promise<boolean> {
  const { tx, vault, clock, existing } = context;
  const { options } = wanted;
  const found = existing.get(wanted.name);
  if (found && options.is_ca) return false;
  const authority = await readAuthority(context, wanted);
  const fingerprint = JSON.stringify([options, wanted.authority]);
  const isGood =
    found?.shown.wanted === fingerprint &&
    found.shown.ca === authority?.certificatePem &&
    (found.expiresAt?.getTime() ?? 0) - clock.now().getTime() > RENEW_BEFORE_MS;
  if (isGood) return false;
  const made = await make(wanted, authority, clock);
  const caPem = authority?.certificatePem ?? made.certificatePem;
  await putCertificate(tx, vault, wanted.name, { ...made, caPem }, { wanted: fingerprint });
  existing.set(wanted.name, { shown: {}, expiresAt: made.notAfter });
  return true;
}

async function make(wanted: WantedVariable, authority: PemPair | null, clock: Clock) {
  const { options } = wanted;
  const subject = {
    commonName: options.common_name ?? wanted.name,
    organization: options.organization,
    now: clock.now(),
  };
  if (options.is_ca)
    return createAuthority({ ...subject, days: options.duration ?? AUTHORITY_DAYS }, authority ?? undefined);
  if (!authority) throw new TesseraError('invalid_input', `Variable ${wanted.name} names no authority to sign it.`);
  return issueCertificate(authority, {
    ...subject,
    alternativeNames: options.alternative_names ?? [],
    usages: options.extended_key_usage ?? ['server_auth'],
    days: options.duration ?? LEAF_DAYS,
  });
}

/** Who signs: the variable named, the installation's root for a leaf that names none, nobody for an authority that names none. */
async function readAuthority(context: Context, wanted: WantedVariable): Promise<PemPair | null> {
  const { tx, vault, clock } = context;
  if (wanted.authority === null) return wanted.options.is_ca ? null : ensureAuthority(tx, vault, 'root', clock);
  if (wanted.authority === ROOT) return ensureAuthority(tx, vault, 'root', clock);
  try {
    return await readPair(tx, vault, wanted.authority);
  } catch (cause) {
    throw new TesseraError(
      'not_found',
      `Variable ${wanted.name} is to be signed by ${wanted.authority}, which does not exist.`,
      { cause },
    );
  }
}

async function readExisting(tx: Tx, prefix: string): Promise<Map<string, Existing>> {
  const rows = await tx.db
    .select({ name: secrets.name, shown: secrets.shown, expiresAt: secrets.expiresAt })
    .from(secrets)
    .where(like(secrets.name, `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`))
    .limit(100_000);
  return new Map(rows.map((row) => [row.name, { shown: Shown.parse(row.shown), expiresAt: row.expiresAt }]));
}
