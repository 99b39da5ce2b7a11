import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { TesseraError } from '#server/platform/error.ts';

/** What a certificate says, for pages: names it is valid for, who signed it, from when until when. */
export type CertificateView = {
  subject: string;
  issuer: string;
  names: string[];
  notBefore: Date;
  notAfter: Date;
  serial: string;
  isSelfSigned: boolean;
};

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Reads the first certificate of a PEM text; throws invalid_input when there is none. */
export function inspectCertificate(pem: string): CertificateView {
  const certificate = parseCertificate(pem);
  if (!certificate) throw new TesseraError('invalid_input', NOT_A_CERTIFICATE);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    serial: certificate.serialNumber,
    isSelfSigned: certificate.subject === certificate.issuer,
  };
}

const NOT_A_CERTIFICATE = 'This is not a certificate in PEM form; it must begin with -----BEGIN CERTIFICATE-----.';

/** Every fault of a certificate and key for use by a server under `hostnames`, as sentences; none when it will do. */
export function certificateFaults(input: {
  certificatePem: string;
  privateKeyPem: string;
  hostnames: readonly string[];
  now: Date;
}): string[] {
  const certificate = parseCertificate(input.certificatePem);
  if (!certificate) return [NOT_A_CERTIFICATE];
  const names = namesOf(certificate);
  return [
    ...keyFaults(certificate, input.privateKeyPem),
    ...timeFaults(certificate, input.now),
    ...input.hostnames
      .filter((hostname) => !coversHostname(names, hostname))
      .map(
        (hostname) => `The certificate is not valid for ${hostname}; it is valid for ${names.join(', ') || 'no name'}.`,
      ),
  ];
}

/** True when one of `names` is the hostname, or a wildcard that stands for exactly its first label. */
export function coversHostname(names: readonly string[], hostname: string): boolean {
  const wanted = hostname.toLowerCase().replace(/\.$/, '');
  const afterFirstLabel = wanted.includes('.') && !isIP(wanted) ? wanted.slice(wanted.indexOf('.') + 1) : null;
  return names.some((name) => {
    const known = name.toLowerCase();
    if (known === wanted) return true;
    return known.startsWith('*.') && afterFirstLabel !== null && known.slice(2) === afterFirstLabel;
  });
}

/** Why a text is no domain a certificate can be for, or null. A wildcard may be the first label only. */
export function domainFault(domain: string): string | null {
  if (isIP(domain)) return null;
  const labels = domain.split('.');
  const named = labels[0] === '*' ? labels.slice(1) : labels;
  const isDomain = named.length > 0 && named.every((label) => LABEL.test(label)) && domain.length <= 253;
  if (!isDomain) return `${domain} is no domain name; write one like api.pks.example.com or *.pks.example.com.`;
  return labels[0] === '*' && named.length < 2
    ? `${domain} would stand for every name below ${named[0]}; add a level.`
    : null;
}

function parseCertificate(pem: string): X509Certificate | null {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return null;
  try {
    return new X509Certificate(pem);
  } catch {
    // the caller says what is wrong; the library's reason is an ASN.1 error code
    return null;
  }
}

function keyFaults(certificate: X509Certificate, privateKeyPem: string): string[] {
  try {
    const key = createPrivateKey(privateKeyPem);
    return certificate.checkPrivateKey(key) ? [] : ['The private key does not belong to the certificate.'];
  } catch {
    // encrypted keys end here too: there is no field for their passphrase
    return [
      'This is not a private key in PEM form without a passphrase; it must begin with -----BEGIN … PRIVATE KEY-----.',
    ];
  }
}

function timeFaults(certificate: X509Certificate, now: Date): string[] {
  if (now > certificate.validToDate) return [`The certificate expired on ${day(certificate.validToDate)}.`];
  if (now < certificate.validFromDate)
    return [`The certificate is not valid before ${day(certificate.validFromDate)}.`];
  return [];
}

/** Alternative names; clients ignore the common name when there are any, and most ignore it always. */
function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .map((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1])
    .filter((name) => name !== undefined);
}

const oneLine = (name: string): string => name.split('\n').join(', ');
const day = (at: Date): string => at.toISOString().slice(0, 10);
