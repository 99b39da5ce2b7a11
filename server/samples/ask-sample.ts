import type { Pool } from 'pg';
import { Agent, request } from 'undici';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { SampleAnswer, SampleId, SampleRequest, SampleView } from '#model/sample.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize } from '#server/identity/authorize.ts';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readSample } from './list-samples.ts';

const ANSWER_MS = 5000;
/** A node that is gone must not hold the question: the next one answers as well. */
const CONNECT_MS = 1500;
const SHOWN_BYTES = 64 * 1024;

export type SampleQuestion = {
  cluster: string;
  sample: SampleId;
  /** Id of the request. */
  request: string;
  /** One of the sample's addresses; without it they are asked in turn until one answers. */
  address?: string | undefined;
};

/**
 * Sends one of a sample's own requests to a node port and answers what came back; that nobody answers is an answer too. No transaction is
 * open meanwhile. Throws not_found, forbidden, busy (not deployed), invalid_input (an address that is not the sample's).
 */
export async function askSample(
  { pool, clock }: { pool: Pool; clock: Clock },
  question: SampleQuestion,
  actor: Actor,
): Promise<SampleAnswer> {
  const { wanted, addresses } = await inTransaction(pool, async (tx) => {
    const cluster = await findClusterRow(tx, question.cluster, 'read');
    const view = await readSample(tx, cluster, question.sample);
    const found = view.requests.find((candidate) => candidate.id === question.request);
    if (!found) throw new TesseraError('not_found', `Sample ${view.name} has no request ${question.request}.`);
    // reading is for everybody who may look; the others change what the sample keeps
    authorize(actor, found.method === 'GET' ? 'view-cluster' : 'deploy-sample', { ownedBy: cluster.owner });
    const chosen = chooseAddresses(view, question.address);
    if (found.method !== 'GET')
      await appendAudit(tx, actor, 'ask-sample', `cluster/${cluster.uuid}`, { sample: view.id, request: found.id });
    return { wanted: found, addresses: chosen };
  });
  return askInTurn(clock, wanted, addresses);
}

function chooseAddresses(view: SampleView, address: string | undefined): string[] {
  if (view.addresses.length === 0)
    throw new TesseraError('busy', `Sample ${view.name} has no address yet: it is ${view.state ?? 'not deployed'}.`);
  if (address === undefined) return view.addresses;
  if (!view.addresses.includes(address))
    throw new TesseraError('invalid_input', `Sample ${view.name} does not answer at ${address}.`);
  return [address];
}

async function askInTurn(clock: Clock, wanted: SampleRequest, addresses: string[]): Promise<SampleAnswer> {
  let last: SampleAnswer | null = null;
  for (const address of addresses) {
    last = await askOnce(clock, wanted, address);
    if (last.status !== null) return last;
  }
  if (!last) throw new Error('a sample was asked without an address');
  return last;
}

async function askOnce(clock: Clock, wanted: SampleRequest, address: string): Promise<SampleAnswer> {
  const began = clock.monotonic();
  const elapsed = () => Math.round(clock.monotonic() - began);
  // of its own, and closed after: a connection that is kept would go on to a pod that is gone
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS } });
  try {
    const response = await request(`${address}${wanted.path}`, {
      method: wanted.method,
      headers: wanted.body === null ? {} : { 'content-type': 'application/json' },
      body: wanted.body,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      signal: AbortSignal.timeout(ANSWER_MS),
      dispatcher,
    });
    const body = await readShown(response.body);
    const ok = response.statusCode < 400 && body.includes(wanted.expect);
    const error = ok ? null : `${response.statusCode}, and the answer does not hold ${wanted.expect}`;
    return { status: response.statusCode, ms: elapsed(), body, ok, error, address };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { status: null, ms: elapsed(), body: '', ok: false, error: `${address} did not answer: ${why}`, address };
  } finally {
    await dispatcher.destroy();
  }
}

async function readShown(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > SHOWN_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, SHOWN_BYTES).toString('utf8');
}
