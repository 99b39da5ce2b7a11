import { expect, it } from 'vitest';
import type { RecoveryView } from '#model/health.ts';
import { formatMs } from './format-ms.ts';
import { isMet, shareMet } from './objectives.ts';

const recovery = (layer: RecoveryView['layer'], seconds: number | null): RecoveryView => ({
  id: 1,
  layer,
  deployment: 'd',
  subject: 'instance/1',
  title: 'worker/1 died',
  cause: 'VM is off',
  beganAt: '2026-01-01T00:00:00.000Z',
  detectedAt: null,
  actedAt: null,
  recoveredAt: seconds === null ? null : new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
  taskId: null,
  drillId: null,
});

it('counts as met what ended within the objective of its own layer', () => {
  const all = [recovery('vm', 10), recovery('vm', 10.1), recovery('vm', null), recovery('pod', 5)];
  expect(shareMet('vm', all)).toEqual({ met: 1, of: 2 });
  expect(shareMet('pod', all)).toEqual({ met: 0, of: 1 });
  expect(shareMet('az', all)).toEqual({ met: 0, of: 0 });
  expect(isMet(recovery('vm', null))).toBe(false);
});

it('writes short times with the digits that matter', () => {
  expect([40, 140, 2000, 2940, 18_200, 119_000, 120_000, 250_000].map(formatMs)).toEqual([
    '0.04 s',
    '0.1 s',
    '2 s',
    '2.9 s',
    '18 s',
    '119 s',
    '2 min',
    '4 min 10 s',
  ]);
});
