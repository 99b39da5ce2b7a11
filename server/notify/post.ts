import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { ATTEMPT_MS, DeliveryFault, faultOfNetwork } from './delivery-fault.ts';
import { trustOf } from './sending.ts';

type Post = {
  url: string;
  headers: Record<string, string>;
  body: string;
  caPem: string;
  proxy: string;
  signal: AbortSignal;
};

const ANSWER_MAX = 2000;
/** Says "not now", to everybody. */
const BUSY = new Set([401, 403, 404, 407, 408, 410, 425, 429]);

/** One POST; answers `<status> <begin of the answer>`. Throws DeliveryFault for anything but 2xx; redirects are not followed. */
export async function post({ url, headers, body, caPem, proxy, signal }: Post): Promise<string> {
  const place = new URL(url).host;
  const dispatcher = dispatcherOf(caPem, proxy);
  try {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
      dispatcher,
      headersTimeout: ATTEMPT_MS,
      bodyTimeout: ATTEMPT_MS,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    const said = await beginOf(answer.body);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return `${answer.statusCode} ${said}`.trim();
    throw refusal(place, answer.statusCode, answer.headers.location, said);
  } catch (error) {
    throw faultOfNetwork(error, place);
  } finally {
    await dispatcher.destroy();
  }
}

function dispatcherOf(caPem: string, proxy: string): Dispatcher {
  const ca = trustOf(caPem);
  const tls = { timeout: ATTEMPT_MS, ...(ca === undefined ? {} : { ca }) };
  return proxy === ''
    ? new Agent({ connect: tls, connections: 1 })
    : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: { timeout: ATTEMPT_MS } });
}

async function beginOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    // what is left is dropped with the connection
    if (text.length >= ANSWER_MAX) break;
  }
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

function refusal(place: string, status: number, location: unknown, said: string): DeliveryFault {
  const words = said === '' ? '' : ` (${said})`;
  if (status >= 300 && status < 400)
    return new DeliveryFault(
      `url: ${place} answers ${status}, go to ${String(location ?? 'nowhere')}. Redirects are not followed; give that address itself if you trust it.`,
      { wholeChannel: true },
    );
  const remedy = status >= 500 ? 'Look at the log of that server.' : 'Check address, key and body.';
  return new DeliveryFault(`${place} answers ${status}${words}. ${remedy}`, {
    wholeChannel: status >= 500 || BUSY.has(status),
  });
}
