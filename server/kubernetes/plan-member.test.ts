import { expect, test } from 'vitest';
import type { EtcdMember, EtcdStatus } from './etcd-api.ts';
import { planMember } from './plan-member.ts';

const ADDRESS = '10.0.0.3';
const member = (changes: Partial<EtcdMember> = {}): EtcdMember => ({
  id: '3',
  name: 'master-2',
  peerUrls: [`https://${ADDRESS}:2380`],
  isLearner: false,
  hasRun: true,
  ...changes,
});
const OTHER = member({ id: '1', name: 'master-0', peerUrls: ['https://10.0.0.1:2380'] });
const answers = (leader: string | null): EtcdStatus => ({
  address: ADDRESS,
  memberId: '3',
  leader,
  raftTerm: 2,
  raftIndex: 10n,
  dbSizeBytes: 1,
  isLearner: false,
});

test.each([
  ['one with its data that has not started yet', [OTHER, member()], null, false, 'wait'],
  ['one that answers and sees no leader', [OTHER, member()], answers(null), false, 'wait'],
  ['one that answers and sees a leader', [OTHER, member()], answers('1'), false, 'done'],
  ['one whose data is gone', [OTHER, member()], null, true, 'exchange'],
  ['one that was taken out, by a director that died then', [OTHER], null, true, 'add'],
  ['a learner that never ran', [OTHER, member({ name: '', isLearner: true, hasRun: false })], null, true, 'wait'],
  ['a learner that runs', [OTHER, member({ isLearner: true })], answers('1'), false, 'promote'],
  ['a learner that ran and lost its data again', [OTHER, member({ isLearner: true })], null, true, 'exchange'],
] as const)('%s: %s', (_what, members, own, isEmpty, need) => {
  expect(planMember([...members], ADDRESS, own, isEmpty).need).toBe(need);
});
