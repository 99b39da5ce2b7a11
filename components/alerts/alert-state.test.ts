import { expect, test } from 'vitest';
import type { AlertView } from '#model/alert.ts';
import { groupAlerts, shapeOf, verdictOf } from './alert-state.ts';
import { subjectHref } from './subject-href.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const alert = (id: number, more: Partial<AlertView> = {}): AlertView => ({
  id,
  severity: 'warning',
  category: 'vm',
  subject: 'instance/7',
  deployment: 'service-instance_x',
  cluster: 'demo',
  title: 'worker/0 is dead',
  detail: '',
  handled: false,
  state: 'open',
  count: 1,
  flapping: false,
  openedAt: at(-5),
  lastAt: at(-5),
  resolvedAt: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  mutedUntil: null,
  drillId: null,
  ...more,
});
const OPEN = [
  alert(1),
  alert(2, { severity: 'critical' }),
  alert(3, { handled: true }),
  alert(4, { drillId: 9, severity: 'critical' }),
  alert(5, { mutedUntil: at(30) }),
  alert(6, { mutedUntil: at(-1) }),
];
const RESOLVED = [
  alert(7, { state: 'resolved', resolvedAt: at(-60) }),
  alert(8, { state: 'resolved', resolvedAt: at(-25 * 60) }),
];

test('what waits for a person comes first, the worst on top; drills, muted and handled ones wait for nobody', () => {
  const groups = groupAlerts(OPEN, RESOLVED, NOW, false);
  const ids = Object.fromEntries(Object.entries(groups).map(([name, list]) => [name, list.map(({ id }) => id)]));
  expect(ids).toEqual({ needsYou: [2, 6, 1], handled: [4, 3], muted: [5], solved: [7] });
  expect(groupAlerts([], RESOLVED, NOW, true).solved).toHaveLength(2);
});

test('the page is one sentence', () => {
  const of = (open: AlertView[]) => verdictOf(groupAlerts(open, [], NOW, false));
  expect(of([])).toBe('Nothing is wrong.');
  expect(of([alert(1)])).toBe('1 alert needs a person.');
  expect(of(OPEN)).toBe('3 alerts need a person. The rest is being handled.');
  expect(of([alert(3, { handled: true })])).toBe('Nothing needs you. The rest is being handled.');
});

test('violet belongs to drills, whatever the severity', () => {
  expect(OPEN.map((one) => shapeOf(one, NOW))).toEqual([
    'attention',
    'failed',
    'working',
    'drill',
    'stopped',
    'attention',
  ]);
  expect(RESOLVED.map((one) => shapeOf(one, NOW))).toEqual(['done', 'done']);
});

test.each([
  ['instance/7', 'demo', '/clusters/demo'],
  ['instance/7', null, '/infrastructure/7'],
  ['process/7/etcd', 'demo', '/infrastructure/7'],
  ['pod/service-instance_x/default/web', 'demo', '/clusters/demo/workloads'],
  ['task/12', null, '/tasks/12'],
  ['channel/abc', null, '/channels'],
  ['az/az1', null, '/infrastructure'],
  ['drill/3', 'demo', '/drills/3'],
  ['director/0', null, null],
])('%s of cluster %s leads to %s', (subject, cluster, href) => {
  expect(subjectHref({ subject, cluster })).toBe(href);
});
