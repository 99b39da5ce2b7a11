import { createHmac, X509Certificate } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WEBHOOK_TEMPLATES } from '#model/webhook-template.ts';
import { createAuthority, issueCertificate } from '#server/certificates/issue-certificate.ts';
import { systemClock } from '#server/platform/clock.ts';
import { startHttpSink } from '../../e2e/sinks/http-sink.ts';
import { startMailSink } from '../../e2e/sinks/mail-sink.ts';
import { send } from './channels.ts';
import type { AlertNews } from './news.ts';
import type { Sending } from './sending.ts';
import { startSyslogSink } from './syslog-fixture.ts';
import { testNews } from './test-news.ts';

/** Every kind of channel against a listener of its own that speaks the real protocol. */
const ORIGIN = { installation: 'a1b2c3', consoleUrl: 'https://console.example' };
const AT = '2026-11-21T10:01:52.000Z';
const DEAD: AlertNews = {
  key: '7f1f1b1a-0000-4000-8000-000000000001',
  news: 'raised',
  at: AT,
  alert: {
    ...testNews('', '', new Date(AT)).alert,
    id: 12,
    severity: 'critical',
    category: 'quorum',
    subject: 'instance/42',
    deployment: 'service-instance_x',
    cluster: 'ml-batch',
    title: 'etcd quorum "lost"',
    detail: '2 of 3 masters are gone ] \\ <b>.',
    handled: false,
  },
};
const RESOLVED: AlertNews = { ...DEAD, news: 'resolved', alert: { ...DEAD.alert, state: 'resolved', resolvedAt: AT } };
const DRILLED: AlertNews = { ...DEAD, alert: { ...DEAD.alert, drillId: 3 } };

// a channel may take ten seconds for an attempt, and servers are started as processes
vi.setConfig({ testTimeout: 60_000 });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting;
  stops.push(() => started.stop());
  return started;
};
const tell = (
  config: Sending['config'],
  news: AlertNews = DEAD,
  secrets: Record<string, string> = {},
): Promise<string> =>
  send({ config, news, secrets, origin: ORIGIN, clock: systemClock, signal: new AbortController().signal });

let ca = '';
let server: { key: string; cert: string };
let otherName: { key: string; cert: string };
beforeAll(async () => {
  const now = new Date();
  const authority = await createAuthority({ commonName: 'Test CA', days: 2, now });
  ca = authority.certificatePem;
  const issue = async (name: string) => {
    const leaf = await issueCertificate(authority, {
      commonName: name,
      alternativeNames: [name],
      usages: ['server_auth'],
      days: 1,
      now,
    });
    return { key: leaf.privateKeyPem, cert: leaf.certificatePem };
  };
  server = await issue('127.0.0.1');
  otherName = await issue('logs.example');
});

describe('e-mail', () => {
  const mail = (port: number, more: Partial<Extract<Sending['config'], { kind: 'email' }>> = {}) => ({
    kind: 'email' as const,
    host: '127.0.0.1',
    port,
    tls: 'none' as const,
    user: '',
    domain: 'tessera.example',
    from: 'tessera@example.com',
    to: ['ops@example.com', 'on-call@example.com'],
    caPem: '',
    ...more,
  });

  test('says severity, cluster and what happened, in text and HTML, with a link to the page', async () => {
    const sink = await kept(startMailSink());
    expect(await tell(mail(sink.port))).toContain('250');
    const [got] = sink.mails;
    expect(got).toMatchObject({ from: 'tessera@example.com', to: ['ops@example.com', 'on-call@example.com'] });
    expect(got?.subject).toBe('[Tessera] critical: ml-batch: etcd quorum "lost"');
    expect(got?.headers).toContain(`Message-ID: <${DEAD.key}@a1b2c3.tessera>`);
    expect(got?.headers).toContain('References: <alert-12@a1b2c3.tessera>');
    expect(got?.body).toContain('https://console.example/alerts#alert-12');
    expect(got?.body).toContain('This needs a person.');
    expect(got?.body).toContain('&lt;b&gt;');
    expect(got?.body).not.toContain('DRILL');
  });

  test('marks a drill in the subject, and says when it is resolved', async () => {
    const sink = await kept(startMailSink());
    await tell(mail(sink.port), DRILLED);
    await tell(mail(sink.port), RESOLVED);
    expect(sink.mails[0]?.subject).toMatch(/^\[Tessera\] DRILL critical: ml-batch/);
    expect(sink.mails[0]?.headers).toContain('X-Tessera-Drill: 3');
    expect(sink.mails[0]?.body).toContain('Nobody needs to act.');
    expect(sink.mails[1]?.subject).toMatch(/^\[Tessera\] resolved: ml-batch/);
  });

  test('speaks TLS when told so, trusts the given authority only, and logs in', async () => {
    const login = { user: 'tessera', password: 'known-mail-password' };
    const sink = await kept(startMailSink({ tls: server, login }));
    const config = mail(sink.port, { tls: 'starttls', user: 'tessera', caPem: ca });
    await tell(config, DEAD, { password: login.password });
    expect(sink.mails).toMatchObject([{ secure: true }]);
    await expect(tell(config, DEAD, { password: 'wrong' })).rejects.toThrow(/^user, password: .* refuses the log-in/);
    await expect(tell({ ...config, caPem: '' }, DEAD, { password: login.password })).rejects.toThrow(
      /^CA certificates:/,
    );
    const plain = await kept(startMailSink());
    await expect(tell(mail(plain.port, { tls: 'starttls' }))).rejects.toThrow(/STARTTLS/);
    expect(plain.mails).toEqual([]);
  });

  test('names the fault: nobody listens, nobody knows the name, the recipient is refused', async () => {
    const sink = await startMailSink();
    await expect(tell(mail(sink.port, { to: ['nobody@example.com'] }))).rejects.toMatchObject({
      message: expect.stringMatching(/^from, to: .*550/),
      wholeChannel: false,
    });
    await sink.stop();
    await expect(tell(mail(sink.port))).rejects.toMatchObject({
      message: expect.stringContaining(`nothing listens at 127.0.0.1:${sink.port}`),
      wholeChannel: true,
    });
    await expect(tell(mail(25, { host: 'mail.invalid' }))).rejects.toThrow(/^host: the name of mail\.invalid/);
  });
});

describe('webhook', () => {
  const [json, slack] = WEBHOOK_TEMPLATES;
  const hook = (url: string, body: string = json.body) =>
    ({ kind: 'webhook', url, body, contentType: 'application/json', caPem: '' }) as const;

  test('signs time and body, so that the receiver can tell what came from here', async () => {
    const sink = await kept(startHttpSink());
    expect(await tell(hook(sink.url), DEAD, { signingKey: 'known-signing-key' })).toBe('202 kept');
    const [got] = sink.posted;
    const signature = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(got?.headers['x-tessera-signature']));
    const expected = createHmac('sha256', 'known-signing-key').update(`${signature?.[1]}.${got?.body}`).digest('hex');
    expect(signature?.[2]).toBe(expected);
    expect(Math.abs(Number(signature?.[1]) - Date.now() / 1000)).toBeLessThan(60);
    expect(got?.headers['x-tessera-delivery']).toBe(DEAD.key);
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      key: DEAD.key,
      news: 'raised',
      drill: false,
      subject: '[Tessera] critical: ml-batch: etcd quorum "lost"',
      link: 'https://console.example/alerts#alert-12',
      alert: { id: 12, cluster: 'ml-batch', detail: DEAD.alert.detail },
    });
  });

  test('without a key it signs nothing; a drill is marked', async () => {
    const sink = await kept(startHttpSink());
    await tell(hook(sink.url), DRILLED);
    expect(sink.posted[0]?.headers).not.toHaveProperty('x-tessera-signature');
    expect(sink.posted[0]?.headers['x-tessera-drill']).toBe('3');
    expect(JSON.parse(sink.posted[0]?.body ?? '')).toMatchObject({ drill: true });
  });

  test('the Slack body is what Slack takes, for each kind of news', async () => {
    const sink = await kept(startHttpSink());
    for (const news of [DEAD, RESOLVED, DRILLED, testNews('k', 'ops', new Date(AT))])
      await tell(hook(sink.url, slack.body), news);
    const bodies = sink.posted.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ attachments }) => attachments[0].color)).toEqual(['#B4232C', '#1B7A43', '#7A3DB8', '#8A5A00']);
    expect(bodies[2].text).toContain('DRILL');
  });

  test('a token in the address comes from the vault and is not in the configuration', async () => {
    const sink = await kept(startHttpSink(() => ({ status: 200, body: 'ok' })));
    const url = `${sink.url}/((token))`;
    expect(await tell(hook(url), DEAD, { token: 'T0/B0/x y' })).toBe('200 ok');
  });

  test('follows no redirect, and says what the other side answered', async () => {
    const elsewhere = await kept(startHttpSink());
    const sink = await kept(startHttpSink(() => ({ status: 302, headers: { location: elsewhere.url } })));
    await expect(tell(hook(sink.url))).rejects.toThrow(/^url: .* answers 302.*not followed/);
    expect(elsewhere.posted).toEqual([]);
    const bad = await kept(startHttpSink(() => ({ status: 400, body: 'no field text' })));
    await expect(tell(hook(bad.url))).rejects.toMatchObject({
      message: expect.stringContaining('answers 400 (no field text)'),
      wholeChannel: false,
    });
    const broken = await kept(startHttpSink(() => ({ status: 503 })));
    await expect(tell(hook(broken.url))).rejects.toMatchObject({ wholeChannel: true });
  });

  test('templates run within limits and see nothing but the news', async () => {
    for (const body of [
      '{{ process.env }}',
      '{% for i in (1..100000000) %}x{% endfor %}',
      '{% include "/etc/passwd" %}',
    ])
      await expect(tell(hook('http://127.0.0.1:9/', body))).rejects.toMatchObject({
        message: expect.stringMatching(/^body/),
        wholeChannel: false,
      });
  });

  test('gives up on a server that takes the connection and never answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(tell(hook(`http://127.0.0.1:${port}/`))).rejects.toThrow(/did not answer within 10 s/);
    silent.close();
  });
});

describe('PagerDuty', () => {
  const pager = (url: string) => ({ kind: 'pagerduty', url, proxy: '' }) as const;
  const secrets = { routingKey: 'R0123' };

  test('triggers, acknowledges and resolves one incident per alert', async () => {
    const sink = await kept(startHttpSink(() => ({ status: 202, body: '{"status":"success"}' })));
    await tell(pager(sink.url), DEAD, secrets);
    await tell(pager(sink.url), { ...DEAD, news: 'acknowledged' }, secrets);
    await tell(pager(sink.url), RESOLVED, secrets);
    const events = sink.posted.map(({ body }) => JSON.parse(body));
    expect(events.map((event) => event.event_action)).toEqual(['trigger', 'acknowledge', 'resolve']);
    expect(new Set(events.map((event) => event.dedup_key))).toEqual(new Set(['tessera-a1b2c3-alert-12']));
    expect(events[0]).toMatchObject({
      routing_key: 'R0123',
      payload: { summary: 'ml-batch: etcd quorum "lost"', severity: 'critical', source: 'ml-batch', timestamp: AT },
      links: [{ href: 'https://console.example/alerts#alert-12' }],
    });
  });

  test('marks a drill; a test resolves what it triggers', async () => {
    const sink = await kept(startHttpSink());
    await tell(pager(sink.url), DRILLED, secrets);
    await tell(pager(sink.url), testNews('k', 'pager', new Date(AT)), secrets);
    const events = sink.posted.map(({ body }) => JSON.parse(body));
    expect(events[0].payload.summary).toMatch(/^DRILL /);
    expect(events.slice(1).map((event) => [event.event_action, event.dedup_key])).toEqual([
      ['trigger', 'tessera-a1b2c3-test-k'],
      ['resolve', 'tessera-a1b2c3-test-k'],
    ]);
  });
});

describe('syslog', () => {
  const syslog = (port: number, more: Partial<Extract<Sending['config'], { kind: 'syslog' }>> = {}) =>
    ({ kind: 'syslog', host: '127.0.0.1', port, transport: 'tcp', permittedPeer: '', caPem: '', ...more }) as const;
  const LINE =
    /^<130>1 2026-11-21T10:01:52\.000Z \S+ tessera - raised \[tessera@32473 alert="12" news="raised" severity="critical" .*\] \uFEFF\[Tessera\] critical: ml-batch: etcd quorum "lost"/;

  test('sends one RFC 5424 line in an octet-counted frame', async () => {
    const sink = await kept(startSyslogSink());
    expect(await tell(syslog(sink.port))).toContain('syslog gives no receipt');
    await expect.poll(() => sink.messages).toHaveLength(1);
    expect(sink.messages[0]).toMatch(LINE);
    expect(sink.messages[0]).toContain('link="https://console.example/alerts#alert-12"');
    await tell(syslog(sink.port), DRILLED);
    await expect.poll(() => sink.messages[1]).toMatch(/drill="3".*DRILL critical/);
  });

  test('escapes what would end a value', async () => {
    const sink = await kept(startSyslogSink());
    await tell(syslog(sink.port), { ...DEAD, alert: { ...DEAD.alert, subject: 'a"b]c\\d' } });
    await expect.poll(() => sink.messages[0]).toContain(String.raw`subject="a\"b\]c\\d"`);
  });

  test('over TLS trusts the given authority, the host or the permitted peer', async () => {
    const sink = await kept(startSyslogSink(server));
    await tell(syslog(sink.port, { transport: 'tls', caPem: ca }));
    await expect.poll(() => sink.messages).toHaveLength(1);
    await expect(tell(syslog(sink.port, { transport: 'tls' }))).rejects.toThrow(/^CA certificates:/);
    const other = await kept(startSyslogSink(otherName));
    const strict = syslog(other.port, { transport: 'tls', caPem: ca });
    await expect(tell(strict)).rejects.toThrow(/certificate .* other names/);
    await tell({ ...strict, permittedPeer: 'logs.example' });
    const { fingerprint } = new X509Certificate(otherName.cert);
    await tell({ ...strict, permittedPeer: fingerprint });
    await expect(tell({ ...strict, permittedPeer: '00'.repeat(20) })).rejects.toThrow(/^permitted peer:/);
    await expect.poll(() => other.messages).toHaveLength(2);
  });

  test('says when the listener does not speak TLS, or is not there', async () => {
    const sink = await startSyslogSink();
    await expect(tell(syslog(sink.port, { transport: 'tls', caPem: ca }))).rejects.toMatchObject({
      code: 'delivery_failed',
    });
    await sink.stop();
    await expect(tell(syslog(sink.port))).rejects.toThrow(/nothing listens/);
  });
});
