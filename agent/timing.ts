/** Milliseconds between WebSocket pings, and how many may be missing before the connection counts as lost. */
export const PING_INTERVAL_MS = 1000;
export const PINGS_MISSED = 3;
/** Vitals are sent this often, give or take a tenth. */
export const VITALS_INTERVAL_MS = 30_000;
/** Close codes of the agent's WebSocket: another connection of the same instance took over; the certificate was revoked. */
export const CLOSE_REPLACED = 4001;
export const CLOSE_REVOKED = 4003;
/** Header of `GET /v1/spec`: digest of the spec in the body. A request naming the same digest is answered 304. */
export const DIGEST_HEADER = 'x-tessera-digest';
