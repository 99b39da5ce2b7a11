import { beforeAll, expect, test } from 'vitest';
import { inTransaction } from '#db/transaction.ts';
import { raiseAlert } from '#server/alerts/raise-alert.ts';
import { runDeliveryLoop } from '#server/notify/delivery-loop.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { startHttpSink } from '../e2e/sinks/http-sink.ts';
import { useConsole } from './console-fixture.ts';

const console = useConsole();
const { pool, vault, done, refused } = console;

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
});

test('an alert is listed, taken and muted', async () => {
  expect(await done('alerts')).toBe('No open alerts.');
  const id = await inTransaction(pool, (tx) =>
    raiseAlert(tx, {
      key: 'vm:1',
      severity: 'critical',
      category: 'vm',
      subject: 'az/az1',
      deployment: null,
      title: 'az1 is down',
      detail: 'All its VMs are off.',
      handled: false,
    }),
  );
  expect(await done('alerts')).toMatch(
    new RegExp(`^Id +Severity.*\\n${id} +critical +open +<time> +nobody +az1 is down$`),
  );
  expect(await done('alerts', 'ack', `${id}`)).toBe(`Alert ${id} is yours.`);
  expect(await refused('alerts', 'ack', `${id}`)).toContain('admin took it already');
  expect(await refused('alerts', 'mute', `${id}`)).toBe('Say for how long with --minutes, or end the mute with --off.');
  expect(await done('alerts', 'mute', `${id}`, '--minutes', '30')).toBe(`Alert ${id} is muted for 30 minutes.`);
  expect(await done('alerts', '--all')).toMatch(/open, muted +<time> +admin/);
  expect(await done('alerts', 'mute', `${id}`, '--off')).toBe(`Alert ${id} is no longer muted.`);
  expect(await refused('alerts', 'ack', '999')).toContain('There is no alert 999');
});

test('a channel is added, tested against a listener, and removed', async () => {
  const sink = await startHttpSink();
  const stop = new AbortController();
  const log = createLog('test', 'fatal');
  const installation = { id: 'a1b2c3', ports: { console: 3000 } };
  const director = runDeliveryLoop({ pool, vault, clock: systemClock, log, installation, signal: stop.signal });
  console.whileWaiting = () => systemClock.sleep(100);
  expect(await done('channels')).toBe('No channels: nobody is told of alerts.');
  expect(await refused('channels', 'add', 'none')).toBe(
    'Give exactly one of --email, --pagerduty, --webhook and --syslog.',
  );
  expect(await refused('channels', 'add', 'ops', '--email', 'nobody', '--server', 'mail.example')).toContain(
    'to: give e-mail addresses',
  );
  expect(await done('channels', 'add', 'hook', '--webhook', sink.url, '--secret', 'signingKey=known-key')).toBe(
    'Channel hook added. Test it with: tessera channels test hook',
  );
  expect(await done('channels', 'test', 'hook')).toBe('Delivered: 202 kept');
  expect(await done('channels', 'deliveries', '--channel', 'hook')).toMatch(
    /<time> +hook +test +Test of channel hook +delivered +1 +202 kept$/,
  );
  await sink.stop();
  expect(await refused('channels', 'test', 'hook')).toMatch(/^Not delivered: host, port: nothing listens at/);
  expect(await done('channels', 'remove', 'hook')).toBe('Channel hook removed.');
  expect(await refused('channels', 'test', 'hook')).toBe('There is no channel hook. There are: none.');
  stop.abort();
  await director;
});
