import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { testCpiContract } from '../contract.ts';
import type { CreateVmRequest } from '../cpi.ts';
import { createSimulatedCpi } from './cpi.ts';
import { DOWN_FILE } from './faults.ts';
import { World } from './world.ts';

const log = createLog('test', 'error');
const options = { signal: AbortSignal.timeout(60_000) };

function openWorld(folder: string) {
  const stop = new AbortController();
  const world = World.open({ state: folder }, { clock: systemClock, log, signal: stop.signal });
  return { world, stop };
}

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-simulated-'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ key: 'cafe'.repeat(16) }));
  return folder;
}

describe('contract on simulated infrastructure', () => {
  testCpiContract(async () => {
    const folder = makeFolder();
    const { world, stop } = openWorld(folder);
    const down = makeFolder();
    writeFileSync(join(down, DOWN_FILE), '');
    const unreachable = createSimulatedCpi(openWorld(down).world);
    return {
      cpi: createSimulatedCpi(world),
      reopen: () => createSimulatedCpi(world),
      unreachable: () => unreachable,
      stemcellFolder: folder,
      subnet: '10.1.2',
      kill: async (cid) => {
        const vm = world.state.vms[cid];
        if (vm) world.stop(vm);
      },
      inspect: async (cid) =>
        JSON.stringify((await createSimulatedCpi(world).listVms(options)).find((vm) => vm.cid === cid)),
      cleanUp: async () => {
        stop.abort();
        rmSync(folder, { recursive: true });
        rmSync(down, { recursive: true });
      },
    };
  });
});

describe('simulated infrastructure', () => {
  let folder: string;
  let stemcell: string;
  beforeAll(() => {
    folder = makeFolder();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function vmRequest(change: Partial<CreateVmRequest>): CreateVmRequest {
    return {
      instance: 'i-1',
      stemcell,
      cloudProperties: { memoryMib: 128, cpu: 1 },
      network: { cid: 'network-default', address: '10.1.3.10' },
      disks: [],
      hostname: 'worker-0',
      metadata: { deployment: 'd', group: 'worker', instance: 'i-1', index: '0', az: 'az1', name: 'worker/0' },
      bootstrap: '{}',
      ...change,
    };
  }

  test('is found again by the next process, VMs on and off as they were', async () => {
    const first = openWorld(folder);
    const cpi = createSimulatedCpi(first.world);
    stemcell = await cpi.createStemcell(folder, options);
    await cpi.createNetwork({ name: 'default', cidr: '10.1.3.0/24', gateway: '10.1.3.1' }, options);
    const disk = await cpi.createDisk(64, 'az1', 'kept', options);
    const on = await cpi.createVm(vmRequest({ disks: [disk] }), options);
    const off = await cpi.createVm(
      vmRequest({ instance: 'i-2', network: { cid: 'network-default', address: '10.1.3.11' } }),
      options,
    );
    await cpi.powerOffVm(off, options);
    first.stop.abort();

    const second = openWorld(folder);
    const again = createSimulatedCpi(second.world);
    expect(await again.powerState(on, options)).toBe('on');
    expect(await again.powerState(off, options)).toBe('off');
    expect(await again.getDisks(on, options)).toEqual([disk]);
    expect(statSync(join(folder, 'simulated.json')).mode & 0o777).toBe(0o600);
    second.stop.abort();
  });

  test('refuses VMs whose name says so', async () => {
    const { world, stop } = openWorld(folder);
    const request = vmRequest({
      instance: 'i-3',
      hostname: 'fail-create-0',
      network: { cid: 'network-default', address: '10.1.3.12' },
    });
    await expect(createSimulatedCpi(world).createVm(request, options)).rejects.toMatchObject({
      code: 'cpi_failed',
      message: expect.stringContaining('fail-create'),
    });
    stop.abort();
  });

  test('says which file is damaged', () => {
    const damaged = makeFolder();
    writeFileSync(join(damaged, 'simulated.json'), '{"vms":');
    expect(() => openWorld(damaged)).toThrow(`${join(damaged, 'simulated.json')} is damaged`);
    rmSync(damaged, { recursive: true });
  });
});
