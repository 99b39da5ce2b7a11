import type { TLSSocket } from 'node:tls';
import { and, eq, inArray, isNull, lt, ne } from 'drizzle-orm';
import type { Pool } from 'pg';
import { certificates } from '#db/schema/secrets.ts';
import { inTransaction } from '#db/transaction.ts';
import { normaliseSerial } from '#server/certificates/issue-certificate.ts';
import type { Clock } from '#server/platform/clock.ts';

/** The agent at the other end, as its certificate says; `null` when the certificate is unknown or revoked. */
export type Peer = { instance: string; serial: string };

/** A revocation takes effect within this time. */
const CACHE_MS = 2000;
/** What is remembered must not grow with what strangers present; only certificates of our authority get this far. */
const MOST_CACHED = 50_000;

/** Tells who is at the other end of a TLS connection. The signature was verified by TLS; here it is whether the certificate still counts. */
export class PeerCheck {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { at: number; instance: string | null }>();

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  async identify(socket: TLSSocket): Promise<Peer | null> {
    const certificate = socket.getPeerCertificate();
    // an empty object when there is none; TLS refuses that before
    if (!certificate.serialNumber) return null;
    const serial = normaliseSerial(certificate.serialNumber);
    const instance = await this.#lookUp(serial);
    return instance !== null && instance === certificate.subject.CN ? { instance, serial } : null;
  }

  /** Those of `serials` that are revoked or unknown by now. */
  async revokedOf(serials: readonly string[]): Promise<Set<string>> {
    if (serials.length === 0) return new Set();
    const good = await inTransaction(this.#pool, (tx) =>
      tx.db
        .select({ serial: certificates.serial })
        .from(certificates)
        .where(and(inArray(certificates.serial, [...serials]), isNull(certificates.revokedAt))),
    );
    const known = new Set(good.map((row) => row.serial));
    return new Set(serials.filter((serial) => !known.has(serial)));
  }

  /**
   * The certificate of a VM's successor is in use: those made before it are revoked. Not when the new one is issued: a director that dies before
   * it made the new VM would lock the old one out.
   */
  async revokeOlder(peer: Peer): Promise<void> {
    await inTransaction(this.#pool, async (tx) => {
      const [own] = await tx.db
        .select({ createdAt: certificates.createdAt })
        .from(certificates)
        .where(eq(certificates.serial, peer.serial))
        .limit(1);
      if (!own) return;
      await tx.db
        .update(certificates)
        .set({ revokedAt: this.#clock.now() })
        .where(
          and(
            eq(certificates.instanceId, peer.instance),
            ne(certificates.serial, peer.serial),
            lt(certificates.createdAt, own.createdAt),
            isNull(certificates.revokedAt),
          ),
        );
    });
  }

  async #lookUp(serial: string): Promise<string | null> {
    const cached = this.#cache.get(serial);
    if (cached && this.#clock.monotonic() - cached.at < CACHE_MS) return cached.instance;
    const [row] = await inTransaction(this.#pool, (tx) =>
      tx.db
        .select({ instance: certificates.instanceId })
        .from(certificates)
        .where(and(eq(certificates.serial, serial), eq(certificates.purpose, 'agent'), isNull(certificates.revokedAt)))
        .limit(1),
    );
    const instance = row?.instance ?? null;
    if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
    this.#cache.set(serial, { at: this.#clock.monotonic(), instance });
    return instance;
  }
}
