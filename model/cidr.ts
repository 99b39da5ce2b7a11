/**
 * IPv4 arithmetic, pure: forms check networks with it, the director gives out addresses with it.
 * An address is an unsigned 32-bit number; text is read by `parse…`, which answers null for anything that is not exactly that notation.
 */
export type Cidr = {
  /** First address of the block; host bits are zero. */
  network: number;
  /** 0–32. */
  prefix: number;
};

/** Both ends belong to it. */
export type AddressRange = { from: number; to: number };

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** `10.0.11.4` as a number; null when it is no dotted quad (leading zeros are refused: some read them as octal). */
export function parseAddress(text: string): number | null {
  const octets = text.trim().split('.');
  if (octets.length !== 4) return null;
  let address = 0;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return null;
    address = address * 256 + Number(octet);
  }
  return address;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** `10.0.11.0/24`; null when malformed or when host bits are set. `cidrFault` says which. */
export function parseCidr(text: string): Cidr | null {
  const read = readCidr(text);
  if (read === null || read.address !== firstAddress(read.address, read.prefix)) return null;
  return { network: read.address, prefix: read.prefix };
}

/** Why `text` is no CIDR block, as a sentence for the form field; null when it is one. */
export function cidrFault(text: string): string | null {
  const read = readCidr(text);
  if (read === null) return `${text.trim() || 'The value'} is not a CIDR block; write it like 10.0.11.0/24.`;
  const network = firstAddress(read.address, read.prefix);
  if (network === read.address) return null;
  return `${text.trim()} has host bits set; the block is ${formatCidr({ network, prefix: read.prefix })}.`;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.network)}/${cidr.prefix}`;
}

/** Number of addresses in the block, network and broadcast address among them. */
export function addressCount(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** Addresses a host may have: without network and broadcast address; /31 and /32 have neither (RFC 3021). */
export function hostCount(cidr: Cidr): number {
  return cidr.prefix >= 31 ? addressCount(cidr) : addressCount(cidr) - 2;
}

export function lastAddress(cidr: Cidr): number {
  return cidr.network + addressCount(cidr) - 1;
}

/** The highest address a host may have. Embedded infrastructure keeps it for itself, so it is never given out (see allocate-ip.ts). */
export function lastHost(cidr: Cidr): number {
  return cidr.prefix >= 31 ? lastAddress(cidr) : lastAddress(cidr) - 1;
}

export function containsAddress(cidr: Cidr, address: number): boolean {
  return address >= cidr.network && address <= lastAddress(cidr);
}

/** True when every address of `inner` lies in `outer`. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && containsAddress(outer, inner.network);
}

/** True when the two blocks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.network <= lastAddress(b) && b.network <= lastAddress(a);
}

/** The addresses hosts may have, ascending. */
export function* iterateHosts(cidr: Cidr): Generator<number> {
  const edge = cidr.prefix >= 31 ? 0 : 1;
  const last = lastAddress(cidr) - edge;
  for (let address = cidr.network + edge; address <= last; address += 1) yield address;
}

/** `10.0.11.2` or `10.0.11.2-10.0.11.9` (spaces allowed around the dash); null when malformed or when it runs backwards. */
export function parseRange(text: string): AddressRange | null {
  const [left = '', right, ...rest] = text.split('-');
  const from = parseAddress(left);
  const to = right === undefined ? from : parseAddress(right);
  if (from === null || to === null || rest.length > 0 || to < from) return null;
  return { from, to };
}

export function rangeContains(range: AddressRange, address: number): boolean {
  return address >= range.from && address <= range.to;
}

function readCidr(text: string): { address: number; prefix: number } | null {
  const [left = '', right = '', ...rest] = text.trim().split('/');
  const address = parseAddress(left);
  if (address === null || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(right) || Number(right) > 32) return null;
  return { address, prefix: Number(right) };
}

function firstAddress(address: number, prefix: number): number {
  const block = 2 ** (32 - prefix);
  return Math.floor(address / block) * block;
}
