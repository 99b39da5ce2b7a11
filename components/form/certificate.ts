/** What a reader wants to know of a certificate. */
export type CertificateFacts = { commonName: string; issuer: string; names: string[]; notAfter: string };

const OID_COMMON_NAME = '55 04 03';
const OID_ALT_NAMES = '55 1d 11';
const TAG = {
  sequence: 0x30,
  utcTime: 0x17,
  generalizedTime: 0x18,
  octets: 0x04,
  version: 0xa0,
  extensions: 0xa3,
} as const;
const ALT = { dns: 0x82, ip: 0x87 } as const;

type Node = { tag: number; bytes: Uint8Array; children: () => Node[] };

/**
 * Reads the first certificate of a PEM text in the browser: enough DER for names and dates (a whole X.509 library weighs 60 kB).
 * Null when it is no certificate. Nothing is verified here; the server checks key, host name and dates.
 */
export function readCertificate(pem: string): CertificateFacts | null {
  const body = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (!body) return null;
  try {
    const der = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (char) => char.charCodeAt(0));
    const [certificate] = parse(der);
    const [body0] = certificate?.children() ?? [];
    const parts = (body0?.children() ?? []).filter((part) => part.tag !== TAG.version);
    // serial, algorithm, issuer, validity, subject, key, …
    const [, , issuer, validity, subject] = parts;
    if (!issuer || !validity || !subject) return null;
    const notAfter = validity.children()[1];
    const extensions = parts.find((part) => part.tag === TAG.extensions);
    return {
      commonName: commonNameOf(subject),
      issuer: commonNameOf(issuer),
      names: extensions ? alternativeNames(extensions) : [],
      notAfter: notAfter ? timeOf(notAfter) : '',
    };
  } catch {
    // half-typed PEM: atob or a length runs out
    return null;
  }
}

function parse(bytes: Uint8Array): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = byteAt(bytes, at);
    let length = byteAt(bytes, at + 1);
    let from = at + 2;
    if (length & 0x80) {
      const more = length & 0x7f;
      length = 0;
      for (let index = 0; index < more; index += 1) length = length * 256 + byteAt(bytes, from + index);
      from += more;
    }
    if (from + length > bytes.length) throw new RangeError('certificate is cut off');
    const inner = bytes.subarray(from, from + length);
    nodes.push({ tag, bytes: inner, children: () => parse(inner) });
    at = from + length;
  }
  return nodes;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('certificate is cut off');
  return byte;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function commonNameOf(name: Node): string {
  for (const set of name.children()) {
    for (const attribute of set.children()) {
      const [oid, value] = attribute.children();
      if (oid && value && hex(oid.bytes) === OID_COMMON_NAME) return text(value.bytes);
    }
  }
  return '';
}

function alternativeNames(extensions: Node): string[] {
  const list = extensions.children()[0]?.children() ?? [];
  for (const extension of list) {
    const [oid, ...rest] = extension.children();
    const octets = rest.find((part) => part.tag === TAG.octets);
    if (!oid || !octets || hex(oid.bytes) !== OID_ALT_NAMES) continue;
    const names = octets.children()[0]?.children() ?? [];
    return names.flatMap((name) => {
      if (name.tag === ALT.dns) return [text(name.bytes)];
      return name.tag === ALT.ip && name.bytes.length === 4 ? [[...name.bytes].join('.')] : [];
    });
  }
  return [];
}

/** UTCTime has two digits for the year: 50 and above are of the last century (RFC 5280). */
function timeOf(time: Node): string {
  const raw = text(time.bytes);
  const full = time.tag === TAG.utcTime ? `${Number(raw.slice(0, 2)) >= 50 ? '19' : '20'}${raw}` : raw;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(full) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
