import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { Clock } from '#server/platform/clock.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Vault } from '#server/platform/vault.ts';
import { createAuthority, type PemPair } from './issue-certificate.ts';

/** Value of a certificate in the vault: leaf or authority, its key, and the certificate it is verified with. */
export const CertificateValue = z.strictObject({ certificate: z.string(), private_key: z.string(), ca: z.string() });
export type CertificateValue = z.infer<typeof CertificateValue>;

/**
 * Authorities of the installation, kept in the vault. `root` signs what people verify (API certificates made by Generate); `agents` signs the
 * one-VM certificates of agents and the gateway's own. They are two, so that trusting the first lets nobody in as an agent.
 */
const AUTHORITIES = {
  root: { name: '/tessera/ca/root', commonName: 'Tessera installation root' },
  agents: { name: '/tessera/ca/agents', commonName: 'Tessera agents' },
} as const;
export type AuthorityName = keyof typeof AUTHORITIES;

const DAYS = 3650;
/** Two makers take turns: any constant does, this one is "ca" in ASCII. */
const MAKE_LOCK = 0x6361;

/** An authority of the installation, made on first use. */
export async function ensureAuthority(
  tx: Tx,
  vault: Vault,
  authority: AuthorityName,
  clock: Clock = systemClock,
): Promise<PemPair> {
  const { name, commonName } = AUTHORITIES[authority];
  if (!(await vault.has(tx, name))) {
    await tx.db.execute(sql`select pg_advisory_xact_lock(${MAKE_LOCK})`);
    if (!(await vault.has(tx, name))) {
      const made = await createAuthority({ commonName, days: DAYS, now: clock.now() });
      await putCertificate(tx, vault, name, { ...made, caPem: made.certificatePem });
    }
  }
  return readPair(tx, vault, name);
}

/** The certificate that verifies what the installation signed for people; for `pks login --ca-cert` and browsers. */
export async function readRootCertificate(tx: Tx, vault: Vault): Promise<string> {
  return (await ensureAuthority(tx, vault, 'root')).certificatePem;
}

/** Certificate and key of a certificate in the vault; throws not_found. */
export async function readPair(tx: Tx, vault: Vault, name: string): Promise<PemPair> {
  const value = CertificateValue.parse(JSON.parse(await vault.read(tx, name)));
  return { certificatePem: value.certificate, privateKeyPem: value.private_key };
}

/** Keeps a certificate in the vault; its public half and `shown` stay readable without a reveal. */
export async function putCertificate(
  tx: Tx,
  vault: Vault,
  name: string,
  made: PemPair & { caPem: string; notAfter: Date },
  shown: Record<string, unknown> = {},
): Promise<void> {
  const value: CertificateValue = { certificate: made.certificatePem, private_key: made.privateKeyPem, ca: made.caPem };
  await vault.put(tx, {
    name,
    kind: 'certificate',
    value: JSON.stringify(value),
    shown: { certificate: made.certificatePem, ca: made.caPem, ...shown },
    expiresAt: made.notAfter,
  });
}
