import { TesseraError } from '#server/platform/error.ts';

/** How long one attempt may take in all, ms. */
export const ATTEMPT_MS = 10_000;

/**
 * Why an attempt failed, with field and remedy. `wholeChannel`: nobody took anything (away, wrong password, overloaded), so what else waits for
 * the channel need not be tried either; false: this one message was refused.
 */
export class DeliveryFault extends TesseraError {
  readonly wholeChannel: boolean;

  constructor(sentence: string, options: { wholeChannel: boolean; cause?: unknown }) {
    super('delivery_failed', sentence, options.cause === undefined ? {} : { cause: options.cause });
    this.wholeChannel = options.wholeChannel;
  }
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]);
const NO_ANSWER = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'TimeoutError',
]);
const NO_NAME = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EDNS']);
const NO_TLS = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/** An error of the network as a fault of the channel. `place` is what was called: `mail.example:25`. */
export function faultOfNetwork(error: unknown, place: string): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  return new DeliveryFault(sentenceOf(error, place), { wholeChannel: true, cause: error });
}

function sentenceOf(error: unknown, place: string): string {
  const codes = codesOf(error);
  const has = (set: ReadonlySet<string>): boolean => codes.some((code) => set.has(code));
  if (has(NO_NAME)) return `host: the name of ${place} is not known here. Check it, or the DNS of the director.`;
  if (codes.includes('ECONNREFUSED'))
    return `host, port: nothing listens at ${place}. Check both, or start what should listen there.`;
  if (codes.includes('ENETUNREACH') || codes.includes('EHOSTUNREACH'))
    return `host: there is no way to ${place}. Check the address and the network of the director.`;
  if (has(UNTRUSTED))
    return `CA certificates: nobody this machine trusts signed the certificate of ${place}. Paste the certificate of its authority.`;
  if (codes.includes('ERR_TLS_CERT_ALTNAME_INVALID'))
    return `host: the certificate of ${place} is for other names. Give the host by a name that is in it.`;
  if (codes.includes('CERT_HAS_EXPIRED')) return `The certificate of ${place} has expired. Renew it there.`;
  if (has(NO_TLS)) return `TLS: ${place} does not speak TLS on this port. Check port and TLS.`;
  if (has(NO_ANSWER))
    return `host, port: ${place} did not answer within ${ATTEMPT_MS / 1000} s. Check the address and what lies between.`;
  const message = error instanceof Error ? error.message : String(error);
  return `${place} broke off: ${message}. Look at the log of that server.`;
}

/** Codes along the chain of causes; libraries wrap what the socket said. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 6 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string') codes.push(current.code);
    // the mail client keeps the socket's code under this name
    if ('originalCode' in current && typeof current.originalCode === 'string') codes.push(current.originalCode);
    if (current.name === 'TimeoutError') codes.push(current.name);
    if (current instanceof AggregateError && current.errors[0] instanceof Error)
      codes.push(...codesOf(current.errors[0]));
    current = current.cause;
  }
  return codes;
}
