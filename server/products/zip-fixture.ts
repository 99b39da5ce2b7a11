import { constants, crc32, deflateRawSync } from 'node:zlib';
import { sha256 } from '#server/platform/crypto.ts';

/** One member of a hand-made zip. What is not given is honest; everything can be made to lie. */
export type RawMember = {
  path: string;
  content: Buffer;
  /** Packed bytes as they lie in the file (method 8); made from `content` when absent. */
  packed?: Buffer;
  declaredSize?: number;
  mode?: number;
  encrypted?: boolean;
};

/** For tests: a zip written by hand, so that it can be as hostile as needed. */
export function rawZip(members: RawMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const packed = member.packed ?? deflateRawSync(member.content);
    const name = Buffer.from(member.path);
    const size = member.declaredSize ?? member.content.length;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(member.encrypted ? 1 : 0, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(member.content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(Math.min(size, 0xfffffffe), 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(((member.mode ?? 0o100_644) << 16) >>> 0, 6);
    central.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, central, name]));
    parts.push(local, packed);
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** Members with their SHA256SUMS behind them. */
export function withSums(members: RawMember[]): RawMember[] {
  const lines = members.map((member) => `${sha256(member.content)}  ${member.path}\n`);
  return [...members, { path: 'SHA256SUMS', content: Buffer.from(lines.join('')) }];
}

export const member = (path: string, content: string): RawMember => ({ path, content: Buffer.from(content) });

/** Deflated zeros of `gigabytes` GiB, made from one block repeated: 10 GiB take 10 MB and no time. */
export function packedZeros(gigabytes: number): Buffer {
  const blockBytes = 64 * 1024 * 1024;
  const block = deflateRawSync(Buffer.alloc(blockBytes), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const blocks = (gigabytes * 1024 * 1024 * 1024) / blockBytes;
  // an empty final block ends the stream
  return Buffer.concat([...Array.from({ length: blocks }, () => block), Buffer.from([0x03, 0x00])]);
}
