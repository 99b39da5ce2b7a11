import { describe, expect, it } from 'vitest';
import type { InstanceView } from '#model/deployment.ts';
import type { RecoveryView } from '#model/health.ts';
import { detectedWords, type TroubleFacts, troublesOf } from './why-chain.ts';

const vm = (index: number, more: Partial<InstanceView> = {}): InstanceView => ({
  id: `id-${index}`,
  deployment: 'd',
  group: 'worker',
  index,
  az: 'az1',
  address: `10.0.0.${index}`,
  vmType: 'small',
  vmCid: 'vm',
  diskCid: null,
  jobState: 'running',
  processes: [],
  vitals: null,
  lastHeardAt: null,
  vmHealth: 'alive',
  vmHealthSince: null,
  vmHealthReason: '',
  homeAz: null,
  vmCreatedAt: null,
  ...more,
});
const dead = vm(4, { vmHealth: 'dead', vmHealthReason: 'its VM is off' });
const recovery: RecoveryView = {
  id: 1,
  layer: 'vm',
  deployment: 'd',
  subject: 'instance/id-4',
  title: 'worker/4',
  cause: 'the VM is off',
  beganAt: '2026-01-01T00:00:00.000Z',
  detectedAt: '2026-01-01T00:00:00.400Z',
  actedAt: null,
  recoveredAt: null,
  taskId: null,
  drillId: null,
};
const alert = {
  id: 9,
  subject: 'instance/id-4',
  title: 'worker/4 is dead',
  detail: 'the VM is off',
  openedAt: '2026-01-01T00:00:01.000Z',
  handled: true,
  drillId: null,
};
const facts = (more: Partial<TroubleFacts>): TroubleFacts => ({
  cluster: {
    name: 'demo',
    lastAction: 'CREATE',
    lastActionState: 'succeeded',
    lastActionDescription: 'done',
    taskId: 3,
  },
  actionError: null,
  instances: [vm(1), dead],
  repairs: new Map(),
  open: [],
  alerts: [],
  resurrects: true,
  meltdown: null,
  ...more,
});

describe('troublesOf', () => {
  it('has nothing to tell while all is good', () => {
    expect(troublesOf(facts({ instances: [vm(1)] }))).toEqual([]);
  });

  it('tells a VM once, though a recovery and an alert are about it too', () => {
    const [trouble, ...others] = troublesOf(facts({ open: [recovery], alerts: [alert] }));
    expect(others).toEqual([]);
    expect(trouble).toMatchObject({
      name: 'worker/4',
      cause: 'the VM is off',
      since: recovery.beganAt,
      state: 'failed',
    });
    expect(trouble && detectedWords(trouble)).toBe('detected in 0.4 s');
  });

  it('says what is done about it: the repair, a switch that is off, a guard, or a peer that reaches it', () => {
    const doing = (more: Partial<TroubleFacts>) => troublesOf(facts(more))[0]?.doing;
    const repairs = new Map([['id-4', { id: 7, description: 'Repair worker/4 of d: VM is off' }]]);
    expect(doing({ repairs })).toBe('Repair worker/4 of d: same name, address and disks.');
    expect(doing({ resurrects: false })).toBe('Nothing: resurrection is off here.');
    const meltdown = { since: '', rule: 'fleet', scope: 'the fleet', down: 9, total: 10 } as const;
    expect(doing({ meltdown })).toMatch(/waits its turn/);
    expect(doing({ instances: [vm(4, { vmHealth: 'partitioned' })] })).toMatch(/its peers reach it/);
    expect(troublesOf(facts({ repairs }))[0]).toMatchObject({ state: 'working', taskId: 7 });
  });

  it('puts a failed action first and names alerts that are about nothing else', () => {
    const cluster = {
      name: 'demo',
      lastAction: 'UPDATE',
      lastActionState: 'failed',
      lastActionDescription: 'it failed',
      taskId: 3,
    } as const;
    const told = troublesOf(facts({ cluster, actionError: 'no room', alerts: [{ ...alert, subject: 'cluster/x' }] }));
    expect(told.map((trouble) => trouble.title)).toEqual([
      'demo: update failed',
      'worker/4: its VM is off',
      'worker/4 is dead',
    ]);
    expect(told[0]).toMatchObject({ evidence: 'no room', taskId: 3 });
  });
});
