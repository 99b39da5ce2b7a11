import type { Tx } from '#db/transaction.ts';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { ensureAuthority } from './authority.ts';
import { domainFault } from './inspect-certificate.ts';
import { issueCertificate, type PemPair } from './issue-certificate.ts';

/** As Ops Manager's own Generate: two years. */
const DAYS = 730;

/**
 * What the Generate button of a certificate field makes: a server certificate for `domains` (wildcards allowed, addresses too), signed by the
 * root authority of the installation. Throws invalid_input naming the domain that is none.
 */
export async function generateCertificate(
  tx: Tx,
  vault: Vault,
  domains: readonly string[],
  clock: Clock = systemClock,
): Promise<PemPair> {
  const names = domains.map((domain) => domain.trim()).filter(Boolean);
  const [first] = names;
  if (first === undefined) {
    throw new TesseraError('invalid_input', 'A certificate needs at least one domain, for example *.pks.example.com.');
  }
  const fault = names.map(domainFault).find((found) => found !== null);
  if (fault) throw new TesseraError('invalid_input', fault, { fields: { domains: fault } });
  const root = await ensureAuthority(tx, vault, 'root', clock);
  const { certificatePem, privateKeyPem } = await issueCertificate(root, {
    // X.509 allows a common name 64 characters; names that matter are the alternative ones
    commonName: first.slice(0, 64),
    organization: 'Tessera',
    alternativeNames: names,
    usages: ['server_auth'],
    days: DAYS,
    now: clock.now(),
  });
  return { certificatePem, privateKeyPem };
}
