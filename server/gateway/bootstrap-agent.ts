import type { Pool } from 'pg';
import type { Bootstrap } from '#agent/protocol.ts';
import { certificates } from '#db/schema/secrets.ts';
import { inTransaction } from '#db/transaction.ts';
import { ensureAuthority } from '#server/certificates/authority.ts';
import { issueCertificate } from '#server/certificates/issue-certificate.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import type { Vault } from '#server/platform/vault.ts';

/** A VM seldom lives as long; rotation is by recreating it. */
const DAYS = 1825;

/**
 * Text of `agent.json` for one new VM of an instance: where the gateway is, and a certificate of its own. The key is kept nowhere else.
 * Certificates of VMs before it are revoked when this one is first used (see check-peer.ts), or when the VM is deleted.
 */
export async function issueBootstrap(
  context: { pool: Pool; vault: Vault; clock: Clock; config: Pick<Config, 'installation'> },
  instance: { id: string },
): Promise<string> {
  const { clock, vault } = context;
  const { subnet, ports } = context.config.installation;
  return inTransaction(context.pool, async (tx) => {
    const authority = await ensureAuthority(tx, vault, 'agents', clock);
    const issued = await issueCertificate(authority, {
      commonName: instance.id,
      organization: 'tessera:agents',
      alternativeNames: [],
      usages: ['client_auth'],
      days: DAYS,
      now: clock.now(),
    });
    await tx.db.insert(certificates).values({
      serial: issued.serial,
      purpose: 'agent',
      instanceId: instance.id,
      commonName: instance.id,
      notAfter: issued.notAfter,
      createdAt: clock.now(),
    });
    const bootstrap: Bootstrap = {
      instance: instance.id,
      gateway: `https://${subnet.gateway}:${ports.gateway}`,
      rest: `https://${subnet.gateway}:${ports.rest}`,
      caPem: authority.certificatePem,
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
    };
    return JSON.stringify(bootstrap);
  });
}
