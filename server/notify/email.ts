import { createTransport } from 'nodemailer';
import { ATTEMPT_MS, DeliveryFault, faultOfNetwork } from './delivery-fault.ts';
import { type AlertNews, factsOf, linkOf, type Origin, subjectOf, textOf, titleOf } from './news.ts';
import { type Send, trustOf } from './sending.ts';

/** A mail in plain text and simple HTML. Its Message-ID is the same in each attempt; mails of one alert make one thread. */
export const sendEmail: Send<'email'> = async ({ config, secrets, news, origin, signal }) => {
  const place = `${config.host}:${config.port}`;
  const ca = trustOf(config.caPem);
  const transport = createTransport({
    host: config.host,
    port: config.port,
    secure: config.tls === 'tls',
    requireTLS: config.tls === 'starttls',
    ignoreTLS: config.tls === 'none',
    dnsTimeout: ATTEMPT_MS,
    connectionTimeout: ATTEMPT_MS,
    greetingTimeout: ATTEMPT_MS,
    socketTimeout: ATTEMPT_MS,
    ...(config.domain === '' ? {} : { name: config.domain }),
    ...(config.user === '' ? {} : { auth: { user: config.user, pass: secrets.password ?? '' } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  const abort = (): void => transport.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const sent = await transport.sendMail({
      from: config.from,
      to: config.to,
      subject: subjectOf(news),
      text: plainOf(news, origin),
      html: htmlOf(news, origin),
      messageId: `<${news.key}@${origin.installation}.tessera>`,
      ...(news.alert.id === 0 ? {} : { references: `<alert-${news.alert.id}@${origin.installation}.tessera>` }),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Tessera-News': news.news,
        'X-Tessera-Alert': String(news.alert.id),
        ...(news.alert.drillId === null ? {} : { 'X-Tessera-Drill': String(news.alert.drillId) }),
      },
      // what a title or detail holds is text, never a file or an address to read
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const refused = sent.rejected.length > 0 ? `; refused for ${sent.rejected.join(', ')}` : '';
    return `${sent.response}, ${sent.messageId}${refused}`;
  } catch (error) {
    throw faultOfMail(error, place);
  } finally {
    signal.removeEventListener('abort', abort);
    transport.close();
  }
};

function faultOfMail(error: unknown, place: string): DeliveryFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error && 'response' in error ? String(error.response) : '';
  const words = said === '' ? '' : ` (${said})`;
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new DeliveryFault(`user, password: ${place} refuses the log-in${words}. Check both.`, {
      wholeChannel: true,
      cause: error,
    });
  if (code === 'EENVELOPE')
    return new DeliveryFault(`from, to: ${place} refuses the addresses${words}. Check both.`, {
      wholeChannel: false,
      cause: error,
    });
  if (code === 'EMESSAGE')
    return new DeliveryFault(`${place} refuses the message${words}. Look at the log of that server.`, {
      wholeChannel: false,
      cause: error,
    });
  if (code === 'ETLS' && said !== '')
    return new DeliveryFault(`TLS: ${place} offers no STARTTLS${words}. Choose another TLS or port.`, {
      wholeChannel: true,
      cause: error,
    });
  return faultOfNetwork(error, place);
}

function plainOf(news: AlertNews, origin: Origin): string {
  return [
    titleOf(news.alert),
    '',
    ...textOf(news),
    '',
    ...factsOf(news).map(([name, value]) => `${name}: ${value}`),
    '',
    linkOf(origin, news.alert),
    '',
    `Tessera, installation ${origin.installation}`,
    '',
  ].join('\n');
}

/** Colours of the console: violet belongs to drills alone. */
function colourOf({ news, alert }: AlertNews): string {
  if (alert.drillId !== null) return '#7A3DB8';
  if (news === 'resolved') return '#1B7A43';
  return alert.severity === 'critical' || alert.severity === 'error' ? '#B4232C' : '#8A5A00';
}

function htmlOf(news: AlertNews, origin: Origin): string {
  const colour = colourOf(news);
  const drill = news.alert.drillId === null ? '' : `<strong style="color:${colour}">DRILL</strong> `;
  const facts = factsOf(news)
    .map(
      ([name, value]) =>
        `<tr><td style="padding:2px 12px 2px 0;color:#515B6B">${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><body style="margin:0;padding:16px;font:14px/20px sans-serif;color:#14181F">
<div style="border-left:4px solid ${colour};padding:4px 16px;max-width:640px">
<h1 style="font-size:18px;line-height:24px;margin:0 0 8px">${drill}${escaped(titleOf(news.alert))}</h1>
${textOf(news)
  .map((line) => `<p style="margin:0 0 8px">${escaped(line)}</p>`)
  .join('\n')}
<table style="border-collapse:collapse;font-size:13px;margin:8px 0">${facts}</table>
<p style="margin:8px 0"><a href="${escaped(linkOf(origin, news.alert))}">Open in Tessera</a></p>
<p style="margin:0;font-size:12px;color:#636D7D">Tessera, installation ${escaped(origin.installation)}</p>
</div></body></html>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
