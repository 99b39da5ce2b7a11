import { Agent, request } from 'undici';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { EtcdAccess } from './read-etcd-access.ts';

const CONNECT_MS = 500;
const ANSWER_MS = 2000;
const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

/** The gateway writes uint64 as strings and leaves out what is zero, false or empty. */
const Member = z.object({
  ID: z.string(),
  name: z.string().default(''),
  peerURLs: z.array(z.string()).default([]),
  clientURLs: z.array(z.string()).default([]),
  isLearner: z.boolean().default(false),
});
const Members = z.object({ members: z.array(Member).default([]) });
const Status = z.object({
  header: z.object({ member_id: z.string() }),
  leader: z.string().default('0'),
  raftTerm: z.string().default('0'),
  raftIndex: z.string().default('0'),
  dbSize: z.string().default('0'),
  isLearner: z.boolean().default(false),
});
const Refusal = z.object({ message: z.string().optional(), error: z.string().optional() });

/** A member as etcd's own books have it; `name` is empty until one that was added has run. */
export type EtcdMember = { id: string; name: string; peerUrls: string[]; isLearner: boolean; hasRun: boolean };

/** What one member says of itself; `leader` is null without a quorum. */
export type EtcdStatus = {
  address: string;
  memberId: string;
  leader: string | null;
  raftTerm: number;
  raftIndex: bigint;
  dbSizeBytes: number;
  isLearner: boolean;
};

/** Address at which a member talks to its peers. */
export const peerUrlOf = (address: string): string => `https://${address}:${PEER_PORT}`;

/** The etcd of one cluster over its JSON gateway, with the client certificate of the cluster. Close it when done. */
export class EtcdApi {
  readonly #addresses: string[];
  readonly #agent: Agent;

  constructor(access: EtcdAccess) {
    this.#addresses = access.masters.map((master) => master.address);
    this.#agent = new Agent({
      connect: { ca: access.caPem, cert: access.certificatePem, key: access.privateKeyPem, timeout: CONNECT_MS },
      keepAliveTimeout: 4000,
    });
  }

  /**
   * Members as the first master that answers has them; linearizable, so that it needs a quorum. Throws kubernetes_unavailable when no
   * master answers (with the last reason).
   */
  async members(signal: AbortSignal): Promise<EtcdMember[]> {
    const answer = Members.parse(await this.#askAny('/v3/cluster/member/list', { linearizable: true }, signal));
    return answer.members.map((member) => ({
      id: member.ID,
      name: member.name,
      peerUrls: member.peerURLs,
      isLearner: member.isLearner,
      // it tells where it serves clients when it first runs
      hasRun: member.clientURLs.length > 0,
    }));
  }

  /** What each master's member says of itself; null for one that does not answer. Never throws for that. */
  async statuses(signal: AbortSignal): Promise<(EtcdStatus | null)[]> {
    return Promise.all(
      this.#addresses.map((address) =>
        this.#status(address, signal).catch((thrown: unknown) => {
          if (signal.aborted || !(thrown instanceof TesseraError)) throw thrown;
          return null;
        }),
      ),
    );
  }

  /** Address of the leader; null while there is none or nobody answers. */
  async leader(signal: AbortSignal): Promise<string | null> {
    const statuses = (await this.statuses(signal)).filter((status) => status !== null);
    return statuses.find((status) => status.leader === status.memberId)?.address ?? null;
  }

  /** Takes a member out of the books; one that is gone already is fine. */
  async remove(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#askAny('/v3/cluster/member/remove', { ID: id }, signal);
    } catch (thrown) {
      if (thrown instanceof TesseraError && thrown.code === 'not_found') return;
      throw thrown;
    }
  }

  /** Adds a learner that will answer at `address`; it counts for no quorum until it is promoted. */
  async addLearner(address: string, signal: AbortSignal): Promise<void> {
    await this.#askAny('/v3/cluster/member/add', { peerURLs: [peerUrlOf(address)], isLearner: true }, signal);
  }

  /** Gives a learner its vote; throws kubernetes_refused while it has not caught up. */
  async promote(id: string, signal: AbortSignal): Promise<void> {
    await this.#askAny('/v3/cluster/member/promote', { ID: id }, signal);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #status(address: string, signal: AbortSignal): Promise<EtcdStatus> {
    const status = Status.parse(await this.#ask(address, '/v3/maintenance/status', {}, signal));
    return {
      address,
      memberId: status.header.member_id,
      leader: status.leader === '0' ? null : status.leader,
      raftTerm: Number(status.raftTerm),
      raftIndex: BigInt(status.raftIndex),
      dbSizeBytes: Number(status.dbSize),
      isLearner: status.isLearner,
    };
  }

  /** The first master that answers decides; one without an answer is passed over. */
  async #askAny(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    let last: unknown = new TesseraError('kubernetes_unavailable', 'The cluster has no master.');
    for (const address of this.#addresses) {
      try {
        return await this.#ask(address, path, body, signal);
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof TesseraError) || thrown.code !== 'kubernetes_unavailable')
          throw thrown;
        last = thrown;
      }
    }
    throw last;
  }

  async #ask(address: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { status, text } = await this.#send(address, path, body, signal);
    if (status < 400) return JSON.parse(text);
    const why = sentenceOf(text);
    if (status === 404) throw new TesseraError('not_found', `etcd at ${address} does not know this member: ${why}`);
    // a learner serves no lists, a member without a quorum cannot answer: another master may
    if (status >= 500 || why.includes('rpc not supported for learner')) throw unavailable(address, `${status} ${why}`);
    throw new TesseraError('kubernetes_refused', `etcd at ${address} refused ${path} (${status}): ${why}`);
  }

  async #send(address: string, path: string, body: unknown, signal: AbortSignal) {
    try {
      const response = await request(`https://${address}:${CLIENT_PORT}${path}`, {
        method: 'POST',
        dispatcher: this.#agent,
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw unavailable(address, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}

const unavailable = (address: string, why: string, cause?: unknown): TesseraError =>
  new TesseraError('kubernetes_unavailable', `etcd at ${address} did not answer: ${why}.`, { cause });

function sentenceOf(text: string): string {
  try {
    const refusal = Refusal.parse(JSON.parse(text));
    return refusal.message ?? refusal.error ?? text.slice(0, 300);
  } catch {
    // a server that is going down answers plain text
    return text.slice(0, 300);
  }
}
