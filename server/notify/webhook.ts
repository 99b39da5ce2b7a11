import { createHmac } from 'node:crypto';
import { DeliveryFault } from './delivery-fault.ts';
import { post } from './post.ts';
import { renderBody } from './render-body.ts';
import type { Send } from './sending.ts';

/**
 * Posts the rendered body. `X-Tessera-Delivery` is the same in each attempt; with a signing key, `X-Tessera-Signature: t=<unix s>,v1=<hex>` is
 * the HMAC-SHA256 of `<t>.<body>`: whoever checks both knows that it came from here, unchanged, now.
 */
export const sendWebhook: Send<'webhook'> = async ({ config, secrets, news, origin, clock, signal }) => {
  const body = render();
  const headers: Record<string, string> = {
    'content-type': config.contentType,
    'user-agent': 'tessera',
    'x-tessera-delivery': news.key,
    'x-tessera-news': news.news,
    ...(news.alert.drillId === null ? {} : { 'x-tessera-drill': String(news.alert.drillId) }),
  };
  if (secrets.signingKey) headers['x-tessera-signature'] = signatureOf(secrets.signingKey, body, clock.now());
  const url = config.url.replaceAll('((token))', encodeToken(secrets.token ?? ''));
  return post({ url, headers, body, caPem: config.caPem, proxy: '', signal });

  function render(): string {
    try {
      return renderBody(config.body, news, origin);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DeliveryFault(`${reason}. Correct the body of the channel.`, { wholeChannel: false, cause });
    }
  }
};

/** `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`. */
export function signatureOf(key: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

/** Tokens of chat systems are several path segments: slashes stay. */
const encodeToken = (token: string): string => token.trim().split('/').map(encodeURIComponent).join('/');
