import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** Certificate and key as PEM text; the key is PKCS #8. */
export type PemPair = { certificatePem: string; privateKeyPem: string };
export type IssuedCertificate = PemPair & { serial: string; notAfter: Date };

export type CertificateUsage = 'client_auth' | 'server_auth';

export type CertificateRequest = {
  commonName: string;
  organization?: string | undefined;
  /** DNS names and addresses, told apart by their form. */
  alternativeNames: readonly string[];
  usages: readonly CertificateUsage[];
  days: number;
  now: Date;
};

/** P-256: a key pair, a signature and the encoding take 3 to 9 ms; RSA of equal strength takes a hundred times that. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const KEY_USES: KeyUsage[] = ['sign', 'verify'];
const SERIAL_BYTES = 16;
const DAY_MS = 86_400_000;
/** Clocks of machines differ a little. */
const BACKDATE_MS = 5 * 60_000;
/**
 * Of a leaf, never before its authority: a director whose clock is far ahead must not issue what nobody accepts yet. Two years and this stay
 * below the 825 days that Apple's systems take.
 */
const LEAF_BACKDATE_MS = 60 * DAY_MS;
const USAGES: Record<CertificateUsage, string> = {
  client_auth: x509.ExtendedKeyUsage.clientAuth,
  server_auth: x509.ExtendedKeyUsage.serverAuth,
};

x509.cryptoProvider.set(webcrypto as Crypto); // Node's WebCrypto implements the interface; only the declared types are two

/** A certificate authority: self-signed, or signed by `parent`. */
export async function createAuthority(
  request: Pick<CertificateRequest, 'commonName' | 'organization' | 'days' | 'now'>,
  parent?: PemPair,
): Promise<IssuedCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, KEY_USES);
  return issue(keys, { ...request, alternativeNames: [], usages: [] }, parent, [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ]);
}

/** A leaf certificate signed by `authority`, with a key of its own. */
export async function issueCertificate(authority: PemPair, request: CertificateRequest): Promise<IssuedCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, KEY_USES);
  return issue(keys, request, authority, [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(request.usages.map((usage) => USAGES[usage])),
    ...(request.alternativeNames.length > 0
      ? [new x509.SubjectAlternativeNameExtension(request.alternativeNames.map(generalName))]
      : []),
  ]);
}

/** Serials as the gateway compares them: lower-case hex without leading zeros. */
export const normaliseSerial = (serial: string): string => serial.toLowerCase().replace(/^0+(?=.)/, '');

async function issue(
  keys: webcrypto.CryptoKeyPair,
  request: CertificateRequest,
  parent: PemPair | undefined,
  extensions: x509.Extension[],
): Promise<IssuedCertificate> {
  const subject = nameOf(request);
  const parentCertificate = parent ? new x509.X509Certificate(parent.certificatePem) : null;
  const serial = newSerial();
  const notAfter = new Date(request.now.getTime() + request.days * DAY_MS);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject,
    issuer: parentCertificate ? parentCertificate.subjectName.toJSON() : subject,
    notBefore: notBeforeOf(request.now, parentCertificate),
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey as CryptoKey, // see above: one interface, two declarations
    signingKey: (parent ? await importKey(parent.privateKeyPem) : keys.privateKey) as CryptoKey,
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      ...(parentCertificate ? [await x509.AuthorityKeyIdentifierExtension.create(parentCertificate.publicKey)] : []),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificatePem: `${certificate.toString('pem').trim()}\n`,
    privateKeyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY').trim()}\n`,
    serial: normaliseSerial(serial),
    notAfter,
  };
}

function notBeforeOf(now: Date, parent: x509.X509Certificate | null): Date {
  if (!parent) return new Date(now.getTime() - BACKDATE_MS);
  return new Date(Math.max(parent.notBefore.getTime(), now.getTime() - LEAF_BACKDATE_MS));
}

function nameOf(request: Pick<CertificateRequest, 'commonName' | 'organization'>): x509.JsonName {
  return [...(request.organization ? [{ O: [request.organization] }] : []), { CN: [request.commonName] }];
}

function generalName(name: string): x509.JsonGeneralName {
  return isIP(name) ? { type: 'ip', value: name } : { type: 'dns', value: name };
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign']);
}

/** Positive and below 2^127, as X.509 wants a serial of at most 20 bytes that is no negative number. */
function newSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}
