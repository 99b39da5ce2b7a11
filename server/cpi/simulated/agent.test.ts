import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '#agent/protocol.ts';
import { useTestDatabase } from '#db/test-database.ts';
import {
  callOptions,
  newInstance,
  setUpTrial,
  type Trial,
  trialJob,
  trialSpec,
  until,
} from '#server/gateway/agent-fixture.ts';
import type { Gateway } from '#server/gateway/gateway.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import type { Cpi } from '../cpi.ts';
import { createSimulatedCpi } from './cpi.ts';
import { World } from './world.ts';

/** Simulated VMs against a real gateway. */
const database = useTestDatabase();
const options = () => ({ signal: AbortSignal.timeout(20_000) });
let trial: Trial;
let gateway: Gateway;
let folder: string;
let stop: AbortController;
let cpi: Cpi;
let stemcell: string;
let nextHost = 10;

function openCpi(): void {
  stop = new AbortController();
  const log = createLog('test', 'error');
  cpi = createSimulatedCpi(World.open({ state: folder }, { clock: systemClock, log, signal: stop.signal }));
}

async function makeVm(hostname = 'worker-0'): Promise<{ instance: string; cid: string }> {
  const instance = newInstance();
  const errand = trialJob('/', 'smoke', '', { errand: 'bin/run', processes: [] });
  trial.specs.set(instance, trialSpec(instance, [trialJob('/', 'kubelet', ''), trialJob('/', 'etcd', ''), errand]));
  const cid = await cpi.createVm(
    {
      instance,
      stemcell,
      cloudProperties: { memoryMib: 128, cpu: 1 },
      network: { cid: 'network-default', address: `10.1.3.${nextHost++}` },
      disks: [],
      hostname,
      metadata: { deployment: 'd', group: 'worker', instance, index: '0', az: 'az1', name: 'worker/0' },
      bootstrap: await trial.bootstrap(instance),
    },
    options(),
  );
  return { instance, cid };
}
const stateOf = (instance: string) => gateway.agents.call(instance, { method: 'get-state' }, callOptions);
const apply = (instance: string) =>
  gateway.agents.call(instance, { method: 'apply', digest: trial.specs.get(instance)?.digest ?? '' }, callOptions);

beforeAll(async () => {
  trial = await setUpTrial(database.pool);
  gateway = await trial.open(3);
  folder = mkdtempSync(join(tmpdir(), 'tessera-simulated-'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ key: 'cafe'.repeat(16) }));
  openCpi();
  stemcell = await cpi.createStemcell(folder, options());
  await cpi.createNetwork({ name: 'default', cidr: '10.1.3.0/24', gateway: '10.1.3.1' }, options());
});

afterAll(async () => {
  stop.abort();
  await gateway.close();
  trial.close();
  rmSync(folder, { recursive: true });
});

describe('a simulated agent', () => {
  test('connects with its bootstrap, applies its spec and runs every process of it', async () => {
    const { instance } = await makeVm();
    await gateway.agents.waitForAgent(instance, callOptions);
    expect(await apply(instance)).toEqual({ digest: trial.specs.get(instance)?.digest });
    const state = await stateOf(instance);
    expect(state).toMatchObject({ jobState: 'running', digest: trial.specs.get(instance)?.digest });
    expect(state.processes.map((process) => [process.name, process.state])).toEqual([
      ['kubelet', 'running'],
      ['etcd', 'running'],
    ]);
    expect(state.vitals?.memoryPercent).toBeGreaterThan(0);
  });

  test('runs scripts and errands, stops and starts', async () => {
    const { instance } = await makeVm();
    await gateway.agents.waitForAgent(instance, callOptions);
    await apply(instance);
    const { jobs } = await gateway.agents.call(instance, { method: 'run-script', script: 'drain' }, callOptions);
    expect(Object.keys(jobs)).toEqual(['kubelet', 'etcd', 'smoke']);
    const errand = await gateway.agents.call(instance, { method: 'run-errand', job: 'smoke' }, callOptions);
    expect(errand.exitCode).toBe(0);
    await gateway.agents.call(instance, { method: 'stop', drain: true }, callOptions);
    expect((await stateOf(instance)).jobState).toBe('stopped');
    await gateway.agents.call(instance, { method: 'start' }, callOptions);
    expect((await stateOf(instance)).jobState).toBe('running');
  });

  test('is cut off when its VM is, and back with its jobs after a reboot', async () => {
    const { instance, cid } = await makeVm();
    await gateway.agents.waitForAgent(instance, callOptions);
    await apply(instance);
    await cpi.powerOffVm(cid, options());
    await until(() => !gateway.agents.isConnected(instance));
    await cpi.rebootVm(cid, options());
    await gateway.agents.waitForAgent(instance, callOptions);
    await until(async () => (await stateOf(instance)).jobState === 'running');
  });

  test('has its jobs in force when the director was started again', async () => {
    const { instance } = await makeVm();
    await gateway.agents.waitForAgent(instance, callOptions);
    await apply(instance);
    stop.abort();
    await until(() => !gateway.agents.isConnected(instance));
    openCpi();
    const hello = await gateway.agents.waitForAgent(instance, callOptions);
    expect(hello).toMatchObject({ jobState: 'running', digest: trial.specs.get(instance)?.digest });
  });

  test.each([
    ['fail-start', async (instance: string) => (await stateOf(instance)).jobState, 'failing'],
    [
      'fail-errand',
      async (instance: string) =>
        (await gateway.agents.call(instance, { method: 'run-errand', job: 'smoke' }, callOptions)).exitCode,
      1,
    ],
    [
      'fail-script',
      (instance: string) =>
        gateway.agents.call(instance, { method: 'run-script', script: 'post-start' }, callOptions).catch(String),
      expect.stringContaining('post-start exited with 1'),
    ],
  ])('does what a name with %s says', async (sentinel, look, expected) => {
    const { instance } = await makeVm(`${sentinel}-0`);
    await gateway.agents.waitForAgent(instance, callOptions);
    await apply(instance);
    expect(await look(instance)).toEqual(expected);
  });

  test('never comes when the name says fail-agent', async () => {
    const { instance } = await makeVm('fail-agent-0');
    await expect(
      gateway.agents.waitForAgent(instance, { signal: callOptions.signal, deadlineMs: 500 }),
    ).rejects.toMatchObject({ code: 'agent_timeout' });
  });

  describe('under a drill', () => {
    const inject = (instance: string, fault: Fault, undoAfterMs = 60_000) =>
      gateway.agents.call(instance, { method: 'inject', drill: '7', fault, undoAfterMs }, callOptions);
    const undo = (instance: string) =>
      gateway.agents.call(instance, { method: 'undo-faults', drill: '7' }, callOptions);
    const start = async () => {
      const vm = await makeVm();
      await gateway.agents.waitForAgent(vm.instance, callOptions);
      await apply(vm.instance);
      return vm;
    };
    const etcd = async (instance: string) =>
      (await stateOf(instance)).processes.find((process) => process.name === 'etcd');

    test('a killed process is back with the end that the world would see', async () => {
      const { instance } = await start();
      await inject(instance, { kind: 'signal-process', process: 'etcd', signal: 'KILL' });
      expect(await etcd(instance)).toMatchObject({ state: 'running', restarts: 1, lastExit: 'killed by SIGKILL' });
    });

    test('a hung process fails until it is killed or the undo comes', async () => {
      const { instance } = await start();
      const hang = () => inject(instance, { kind: 'signal-process', process: 'etcd', signal: 'STOP' });
      await hang();
      expect(await etcd(instance)).toMatchObject({ state: 'failing' });
      expect(await undo(instance)).toEqual({ undone: 1 });
      expect(await etcd(instance)).toMatchObject({ state: 'running', restarts: 0 });
      await hang();
      await until(async () => (await etcd(instance))?.restarts === 1);
      expect((await etcd(instance))?.lastExit).toContain('hung');
    });

    test('a VM cut from the director is gone for it and answers its peers; one cut from all answers nobody', async () => {
      const [victim, peer] = [await start(), await start()];
      const address = (await cpi.listVms(options())).find((vm) => vm.cid === victim.cid)?.address ?? '';
      const target = { host: address, port: 10250, path: '/healthz', tls: true };
      const probe = () =>
        gateway.agents.call(peer.instance, { method: 'probe-peer', targets: [target], timeoutMs: 1000 }, callOptions);
      await inject(victim.instance, { kind: 'cut-network', from: 'director' }, 1500);
      await until(() => !gateway.agents.isConnected(victim.instance));
      expect(await probe()).toEqual({ answers: [true] });
      await gateway.agents.waitForAgent(victim.instance, callOptions);
      await inject(victim.instance, { kind: 'cut-network', from: 'all' }, 1500);
      await until(() => !gateway.agents.isConnected(victim.instance));
      expect(await probe()).toEqual({ answers: [false] });
      await gateway.agents.waitForAgent(victim.instance, callOptions);
    });

    test('a halted VM is off', async () => {
      const { instance, cid } = await start();
      await inject(instance, { kind: 'halt' });
      await until(async () => (await cpi.powerState(cid, options())) === 'off');
    });
  });
});
