import { expect, test } from 'vitest';
import type { ChannelView } from '#model/channel.ts';
import { channelOf, EMPTY, fieldOfRefusal, secretsOf, valuesOf } from './channel-values.ts';

const MAIL = { ...EMPTY, name: 'ops', host: 'mail.example', from: 'a@example.com', to: 'b@example.com; c@example.com' };

test('what was read can be sent back unchanged, whatever the kind', () => {
  const channels = [
    MAIL,
    { ...EMPTY, name: 'pager', kind: 'pagerduty' as const },
    { ...EMPTY, name: 'chat', kind: 'webhook' as const, url: 'https://chat.example/((token))' },
    { ...EMPTY, name: 'logs', kind: 'syslog' as const, host: 'logs.example', port: '6514' },
  ].map((values) => channelOf(values));
  for (const made of channels) {
    if (!('channel' in made)) throw new Error(JSON.stringify(made));
    const view: ChannelView = { ...made.channel, id: 'x', secrets: [], managedBy: null, last: null, waiting: 0 };
    expect(channelOf(valuesOf(view))).toEqual(made);
  }
});

test('a list of recipients is split at commas, semicolons and blanks', () => {
  expect(channelOf(MAIL)).toMatchObject({ channel: { config: { to: ['b@example.com', 'c@example.com'] } } });
});

test('faults come back by field of the form', () => {
  expect(channelOf({ ...MAIL, name: '', host: '', to: 'nobody', port: '0' })).toEqual({
    faults: {
      name: 'name: name the channel',
      host: 'host: give a name or an address',
      to: 'to: give e-mail addresses',
      port: expect.any(String),
    },
  });
  expect(['channel.config.to.1', 'secrets.password', 'channel.name'].map(fieldOfRefusal)).toEqual([
    'to',
    'password',
    'name',
  ]);
});

test('only typed secrets of the chosen kind are sent', () => {
  const typed = { ...MAIL, password: 'one', token: 'two' };
  expect(secretsOf(typed)).toEqual({ password: 'one' });
  expect(secretsOf({ ...typed, kind: 'webhook' })).toEqual({ token: 'two' });
  expect(secretsOf({ ...typed, kind: 'syslog' })).toEqual({});
});
