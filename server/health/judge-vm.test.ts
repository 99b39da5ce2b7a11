import { describe, expect, test } from 'vitest';
import { BOOT_MS, type Evidence, judgeVm } from './judge-vm.ts';

const silent: Evidence = {
  power: 'on',
  silentMs: 3100,
  strain: 1,
  sinceStartMs: null,
  probe: { peers: 2, answered: false },
  partitionedMs: 0,
  partitionTimeoutMs: 600_000,
  isFleetSilent: false,
};

const cases: [string, Partial<Evidence>, string][] = [
  ['off, however lately it was heard', { power: 'off', silentMs: 10, probe: null }, 'dead'],
  ['gone', { power: 'missing', silentMs: 10, probe: null }, 'dead'],
  ['off, although the whole fleet is silent', { power: 'off', isFleetSilent: true }, 'dead'],
  ['silent for less than three pings', { silentMs: 2900, probe: null }, 'suspect'],
  ['silent, and nobody was asked yet', { probe: null }, 'suspect'],
  ['silent, and the infrastructure does not answer', { power: null }, 'unknown'],
  ['on, and two peers get no answer', {}, 'hung'],
  ['on, and a peer gets an answer', { probe: { peers: 2, answered: true } }, 'partitioned'],
  ['on, and one peer gets no answer yet', { probe: { peers: 1, answered: false } }, 'suspect'],
  ['on, and one peer gets no answer for long', { probe: { peers: 1, answered: false }, silentMs: 6000 }, 'hung'],
  ['on, and there is no peer to ask yet', { probe: { peers: 0, answered: false }, silentMs: 14_000 }, 'suspect'],
  ['on, and there is no peer to ask for long', { probe: { peers: 0, answered: false }, silentMs: 15_000 }, 'hung'],
  ['on, on a machine that answers slowly', { strain: 5, silentMs: 14_000 }, 'suspect'],
  ['on, for long on a machine that answers slowly', { strain: 5, silentMs: 15_000 }, 'hung'],
  ['on, and it may be booting', { sinceStartMs: BOOT_MS - 1 }, 'suspect'],
  ['on, and it should have booted', { sinceStartMs: BOOT_MS }, 'hung'],
  ['on, and the fleet fell silent with it', { isFleetSilent: true, silentMs: 60_000 }, 'suspect'],
];

describe('a silent VM is', () => {
  test.each(cases)('%s: %s', (_what, more, health) => {
    expect(judgeVm({ ...silent, ...more }).health).toBe(health);
  });

  test('left alone while others reach it, until the partition timeout', () => {
    const probe = { peers: 2, answered: true };
    expect(judgeVm({ ...silent, probe, partitionedMs: 599_999 })).toMatchObject({ isOver: false });
    expect(judgeVm({ ...silent, probe, partitionedMs: 600_000 })).toMatchObject({ isOver: true });
  });
});
