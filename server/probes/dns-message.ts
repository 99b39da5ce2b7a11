/** DNS over TCP (RFC 1035 §4.2.2): two bytes of length, then the message. */
const HEADER_BYTES = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const RCODE = 0x000f;
const IS_ANSWER = 0x8000;

/** A question for the address of `name`. */
export function dnsQuery(id: number, name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(TYPE_A, 1);
  tail.writeUInt16BE(CLASS_IN, 3);
  const message = Buffer.concat([header, ...labels, tail]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Does what came so far answer question `id` with at least one record? */
export function answersQuery(received: Buffer, id: number): 'right' | 'wrong' | 'incomplete' {
  if (received.length < 2) return 'incomplete';
  const message = received.subarray(2, 2 + received.readUInt16BE(0));
  if (received.length < 2 + received.readUInt16BE(0)) return 'incomplete';
  if (message.length < HEADER_BYTES) return 'wrong';
  const flags = message.readUInt16BE(2);
  const isOurs = message.readUInt16BE(0) === id && (flags & IS_ANSWER) !== 0;
  return isOurs && (flags & RCODE) === 0 && message.readUInt16BE(6) > 0 ? 'right' : 'wrong';
}
