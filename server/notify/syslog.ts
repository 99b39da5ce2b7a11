import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { checkServerIdentity, connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Severity } from '#model/alert.ts';
import { ATTEMPT_MS, DeliveryFault, faultOfNetwork } from './delivery-fault.ts';
import { type AlertNews, dedupKeyOf, linkOf, type Origin, subjectOf, textOf } from './news.ts';
import { type Send, type Sending, trustOf } from './sending.ts';

/** Facility local0; severities of RFC 5424. */
const FACILITY = 16;
const LEVELS = { critical: 2, error: 3, warning: 4, info: 6 } as const satisfies Record<Severity, number>;
/** The number kept for documentation (RFC 5612): Tessera has none of its own. */
const SD_ID = 'tessera@32473';
/** A peer that is about to break the connection does so within this time after our last byte; then it has what we wrote. */
const SETTLE_MS = 300;

/** One RFC 5424 line with octet counting (RFC 6587, over TLS RFC 5425). Syslog gives no receipt: written and not broken off counts. */
export const sendSyslog: Send<'syslog'> = async (sending) => {
  const { config, news, origin } = sending;
  const place = `${config.host}:${config.port}`;
  const message = syslogMessage(news, origin, hostname());
  const frame = `${Buffer.byteLength(message)} ${message}`;
  try {
    await writeFrame(sending, frame);
  } catch (error) {
    throw faultOfNetwork(error, place);
  }
  return `${Buffer.byteLength(frame)} bytes written to ${place} over ${config.transport}; syslog gives no receipt`;
};

/** `<PRI>1 TIME HOST tessera - NEWS [data] text`, without the frame. Pure. */
export function syslogMessage(news: AlertNews, origin: Origin, host: string): string {
  const { alert } = news;
  const priority = FACILITY * 8 + LEVELS[alert.severity];
  const data = {
    alert: String(alert.id),
    news: news.news,
    severity: alert.severity,
    category: alert.category,
    subject: alert.subject,
    cluster: alert.cluster,
    deployment: alert.deployment,
    drill: alert.drillId === null ? null : String(alert.drillId),
    installation: origin.installation,
    delivery: news.key,
    dedupKey: dedupKeyOf(origin, news),
    link: linkOf(origin, alert),
  };
  const params = Object.entries(data)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}="${value.replaceAll(/["\\\]]/g, String.raw`\$&`)}"`]))
    .join(' ');
  const text = [subjectOf(news), ...textOf(news)].join(' ').replaceAll(/\s+/g, ' ');
  const name = host.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  return `<${priority}>1 ${news.at} ${name} tessera - ${news.news} [${SD_ID} ${params}] \uFEFF${text}`;
}

function writeFrame(sending: Sending<'syslog'>, frame: string): Promise<void> {
  const { config, clock } = sending;
  const signal = AbortSignal.any([sending.signal, AbortSignal.timeout(ATTEMPT_MS)]);
  return new Promise((resolve, reject) => {
    const socket = open(sending);
    const finish = (error?: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = (): void => finish(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', finish);
    socket.once(config.transport === 'tls' ? 'secureConnect' : 'connect', () => {
      socket.end(frame, () => void clock.sleep(SETTLE_MS).then(() => finish()));
    });
  });
}

function open({ config }: Sending<'syslog'>): Socket | TLSSocket {
  const { host, port } = config;
  if (config.transport === 'tcp') return connectTcp({ host, port });
  const ca = trustOf(config.caPem);
  return connectTls({
    host,
    port,
    // an address cannot be a server name
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    checkServerIdentity: (name, certificate) => checkPeer(config.permittedPeer, name, certificate),
  });
}

/** The permitted peer by name or by the SHA-1 fingerprint of its certificate; without one, the host's own name. */
function checkPeer(permitted: string, host: string, certificate: PeerCertificate): Error | undefined {
  const fingerprint = permitted
    .replace(/^sha1:/i, '')
    .replaceAll(':', '')
    .toUpperCase();
  if (!/^[0-9A-F]{40}$/.test(fingerprint)) return checkServerIdentity(permitted || host, certificate);
  if (certificate.fingerprint.replaceAll(':', '') === fingerprint) return undefined;
  return new DeliveryFault(
    `permitted peer: the certificate of ${host} has the SHA-1 fingerprint ${certificate.fingerprint}, another one is permitted.`,
    { wholeChannel: true },
  );
}
