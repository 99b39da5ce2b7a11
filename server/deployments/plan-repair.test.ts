import { describe, expect, test } from 'vitest';
import type { ChangePlan } from '#model/change.ts';
import {
  type InstanceRole,
  planPowerOff,
  planPowerOn,
  planRecreation,
  planRepair,
  planRestart,
  planStart,
  planStop,
  type RepairFacts,
} from './plan-repair.ts';

const facts = (role: InstanceRole): RepairFacts => ({
  instance: { id: 'i', group: role, index: 1, az: 'az1' },
  role,
  watchTimeMs: 1000,
});
const kinds = (plan: ChangePlan): string[] =>
  plan.stages.flatMap((stage) =>
    stage.batches.flatMap((lanes) => lanes.flatMap((lane) => lane.steps.map((step) => step.kind))),
  );
const REBUILD = ['create-vm', 'wait-for-agent', 'apply-spec'];

describe('a repair', () => {
  test('fences before anything else, whatever the role', () => {
    for (const role of ['plain', 'worker', 'master'] as const) {
      expect(kinds(planRepair(facts(role), null))[0]).toBe('delete-vm');
      expect(kinds(planRepair(facts(role), { az: 'az2', homeAz: 'az1' }))[0]).toBe('delete-vm');
    }
  });

  test('of a worker sends its pods away before the new VM is made, and lets them come when its node is Ready', () => {
    expect(kinds(planRepair(facts('worker'), null))).toEqual([
      'delete-vm',
      'take-out-of-service',
      ...REBUILD,
      'wait-healthy',
      'return-to-service',
    ]);
  });

  test('of a master sees to its etcd member before its VM is made and before its health is judged', () => {
    expect(kinds(planRepair(facts('master'), null))).toEqual([
      'delete-vm',
      'exchange-etcd-member',
      ...REBUILD,
      'await-etcd-member',
      'wait-healthy',
      'return-to-service',
    ]);
  });

  test('of another instance knows no node', () => {
    expect(kinds(planRepair(facts('plain'), null))).toEqual(['delete-vm', ...REBUILD, 'wait-healthy']);
  });

  test('in another AZ places the instance before its VM is made', () => {
    const plan = planRepair(facts('worker'), { az: 'az2', homeAz: 'az1' });
    const [lane] = plan.stages[0]?.batches[0] ?? [];
    const steps = lane?.steps ?? [];
    expect(lane?.az).toBe('az2');
    expect(steps.map((step) => step.kind).indexOf('place-instance')).toBeLessThan(
      steps.map((step) => step.kind).indexOf('create-vm'),
    );
    expect(steps.find((step) => step.kind === 'place-instance')?.input).toEqual({
      instance: 'i',
      az: 'az2',
      homeAz: 'az1',
    });
    expect(steps.find((step) => step.kind === 'create-vm')?.title).toBe('create VM worker/1 in az2');
  });
});

describe('a change by hand', () => {
  test('power off does nothing but that, and its step names no instance as its own', () => {
    const plan = planPowerOff(facts('worker'));
    expect(kinds(plan)).toEqual(['power-off-vm']);
    expect(plan.stages[0]?.batches[0]?.[0]?.steps[0]?.input).toEqual({ vm: 'i' });
  });

  test('recreating drains first; giving up lost data comes after the fence and before the look at the data', () => {
    expect(kinds(planRecreation(facts('master'), { anew: true })).slice(0, 4)).toEqual([
      'drain-instance',
      'delete-vm',
      'begin-anew',
      'exchange-etcd-member',
    ]);
    expect(kinds(planRecreation(facts('master')))).not.toContain('begin-anew');
  });

  test('a stopped instance is not wanted before it is drained, and wanted before it is powered on', () => {
    expect(kinds(planStop(facts('worker')))).toEqual(['set-wanted', 'drain-instance']);
    expect(kinds(planStart(facts('worker'))).slice(0, 3)).toEqual(['set-wanted', 'power-on-vm', 'wait-for-agent']);
  });

  test('power on leaves a stopped instance stopped', () => {
    expect(kinds(planPowerOn(facts('worker'), 'stopped'))).toEqual(['power-on-vm', 'wait-for-agent']);
    expect(kinds(planPowerOn(facts('worker'), 'started'))).toContain('return-to-service');
  });

  test('a restart keeps the VM', () => {
    expect(kinds(planRestart(facts('worker')))).toEqual([
      'drain-instance',
      'apply-spec',
      'wait-healthy',
      'return-to-service',
    ]);
  });
});
