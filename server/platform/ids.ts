import { randomBytes, randomUUID } from 'node:crypto';

/** Lower-case UUID v4: instances, clusters, users and groups, as BOSH, PKS and UAA clients expect them. */
export const newUuid = (): string => randomUUID();

/** `<prefix>-<20 hex>`: staged products (`pivotal-container-service-0f…`), VM and disk requests. */
export const newGuid = (prefix: string): string => `${prefix}-${randomBytes(10).toString('hex')}`;

/** Secret of `length` characters from [A-Za-z0-9_-]: plain in URLs, Basic headers and shells. */
export const newSecret = (length = 32): string => randomBytes(length).toString('base64url').slice(0, length);
