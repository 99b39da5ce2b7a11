import { X509Certificate } from 'node:crypto';
import type { Channel } from '#model/channel.ts';
import { TesseraError } from '#server/platform/error.ts';
import { renderBody } from './render-body.ts';
import { testNews } from './test-news.ts';

const TOKEN = '((token))';

/** Refuses what could never be delivered, naming the field. `has(field)` tells whether a secret is given or set. Pure. */
export function checkChannel(channel: Channel, has: (field: string) => boolean): void {
  const { config } = channel;
  const faults: Record<string, string> = {};
  if (config.kind === 'pagerduty' && !has('routingKey'))
    faults['secrets.routingKey'] = 'routing key: give the key of an Events v2 integration';
  if (config.kind === 'email' && config.user !== '' && !has('password'))
    faults['secrets.password'] = 'password: give the password of this user, or leave the user empty';
  if (config.kind === 'webhook') {
    if (config.url.includes(TOKEN) && !has('token'))
      faults['secrets.token'] = `token: the address holds ${TOKEN}; give what stands there`;
    Object.assign(faults, faultsOfBody(channel, config.contentType, config.body));
  }
  if ('caPem' in config && config.caPem.trim() !== '' && !isCertificate(config.caPem))
    faults['channel.config.caPem'] = 'CA certificates: give one or more PEM certificates (-----BEGIN CERTIFICATE-----)';
  const [first] = Object.values(faults);
  if (first !== undefined)
    throw new TesseraError('invalid_input', Object.values(faults).join('. '), { fields: faults });
}

function faultsOfBody(channel: Channel, contentType: string, template: string): Record<string, string> {
  // what a template names must be there for every alert; a test has all there is
  const body = renderBody(template, testNews('check', channel.name, new Date(0)), {
    installation: '000000',
    consoleUrl: 'http://localhost',
  });
  if (!contentType.includes('json')) return {};
  try {
    JSON.parse(body);
    return {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { 'channel.config.body': `body: this makes no JSON, though the content type says so (${reason})` };
  }
}

function isCertificate(pem: string): boolean {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return parts.length > 0 && parts.every((part) => new X509Certificate(part) !== null);
  } catch {
    // what cannot be parsed is no certificate: said at the field
    return false;
  }
}
