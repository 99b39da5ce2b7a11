import { Agent, get } from 'node:https';
import type { RenderedSpec } from '#model/job.ts';
import { parseSpec } from './check-message.ts';
import type { Bootstrap } from './protocol.ts';
import { DIGEST_HEADER } from './timing.ts';

const LIMIT_MS = 10_000;
const MOST_BYTES = 32 * 1024 * 1024;

export type FetchedSpec = { kind: 'spec'; spec: RenderedSpec } | { kind: 'same' } | { kind: 'none' };

/** The spec the director has for this VM; `same` when it equals `digest`, `none` when it has none. Rejects when the director is not reached. */
export async function fetchSpec(bootstrap: Bootstrap, digest: string | null): Promise<FetchedSpec> {
  const { status, body } = await getSpec(bootstrap, digest);
  if (status === 304) return { kind: 'same' };
  if (status === 404) return { kind: 'none' };
  if (status !== 200) throw new Error(`GET ${bootstrap.gateway}/v1/spec answered ${status}: ${body.slice(0, 200)}`);
  return { kind: 'spec', spec: parseSpec(body) };
}

function getSpec(bootstrap: Bootstrap, digest: string | null): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get(
      new URL('/v1/spec', bootstrap.gateway),
      {
        ca: bootstrap.caPem,
        cert: bootstrap.certificatePem,
        key: bootstrap.privateKeyPem,
        // a connection of its own, closed after: asked for once in the life of most agents
        agent: new Agent({ keepAlive: false }),
        headers: digest === null ? {} : { [DIGEST_HEADER]: digest },
        signal: AbortSignal.timeout(LIMIT_MS),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST_BYTES) request.destroy(new Error(`the spec is larger than ${MOST_BYTES} bytes`));
          else chunks.push(chunk);
        });
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    request.once('error', reject);
  });
}
