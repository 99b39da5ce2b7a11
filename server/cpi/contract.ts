import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import { testAzContract } from './az-contract.ts';
import type { Cpi, CreateVmRequest, DiskCid, NetworkCid, StemcellCid, VmCid, VmMetadata } from './cpi.ts';

/** What a driver brings to be tested. */
export type CpiUnderTest = {
  cpi: Cpi;
  /** A second driver on the same infrastructure: what a director sees after a restart. */
  reopen: () => Cpi;
  /** A driver whose infrastructure does not answer. */
  unreachable: () => Cpi;
  /** A stemcell folder (`manifest.json` and what it names) that boots in the blink of an eye. */
  stemcellFolder: string;
  /** `10.1.2`: the first three octets of a /24 that nobody else uses. */
  subnet: string;
  /** Ends a VM behind the driver's back, as a fault would. */
  kill: (cid: VmCid) => Promise<void>;
  /** Everything the infrastructure itself shows of a VM, as text. */
  inspect: (cid: VmCid) => Promise<string>;
};

const BOOTSTRAP_SECRET = 'not-to-be-seen-outside';
/** Deadline for what the infrastructure does by itself. */
const NEWS_MS = 2000;

/**
 * The contract every CPI driver keeps. Call it at the top level of the driver's test file; `prepare` runs once, `cleanUp` after all cases.
 * Cases share stemcell and network, and make VMs and disks of their own.
 */
export function testCpiContract(prepare: () => Promise<CpiUnderTest & { cleanUp: () => Promise<void> }>): void {
  let under: Awaited<ReturnType<typeof prepare>>;
  let cpi: Cpi;
  let stemcell: StemcellCid;
  let network: NetworkCid;
  let nextHost = 10;
  const options = () => ({ signal: AbortSignal.timeout(60_000) });
  const networkRequest = () => ({ name: 'contract', cidr: `${under.subnet}.0/24`, gateway: `${under.subnet}.1` });

  beforeAll(async () => {
    under = await prepare();
    cpi = under.cpi;
    stemcell = await cpi.createStemcell(under.stemcellFolder, options());
    network = await cpi.createNetwork(networkRequest(), options());
    await cpi.ensureDatastore(options());
  }, 120_000);
  afterAll(async () => under?.cleanUp(), 120_000);

  function vmRequest(change: Partial<CreateVmRequest> = {}): CreateVmRequest {
    const instance = newUuid();
    const host = nextHost++;
    const metadata: VmMetadata = {
      deployment: 'service-instance_1',
      group: 'worker',
      instance,
      index: '0',
      az: 'az1',
      name: `worker/${instance}`,
    };
    return {
      instance,
      stemcell,
      cloudProperties: { memoryMib: 128, cpu: 1 },
      network: { cid: network, address: `${under.subnet}.${host}` },
      disks: [],
      hostname: `worker-${host}`,
      metadata,
      bootstrap: JSON.stringify({ instance, privateKeyPem: BOOTSTRAP_SECRET }),
      ...change,
    };
  }
  const makeVm = (change?: Partial<CreateVmRequest>): Promise<VmCid> => cpi.createVm(vmRequest(change), options());
  const makeDisk = (): Promise<DiskCid> => cpi.createDisk(64, 'az1', newUuid(), options());

  describe('infrastructure', () => {
    test('tells what it is and how much it holds', async () => {
      const info = await cpi.info(options());
      expect(info.engine).not.toBe('');
      expect(info.version).not.toBe('');
      expect(info.memoryMib).toBeGreaterThan(256);
      expect(info.cpus).toBeGreaterThan(0);
    });

    test('that does not answer is cpi_unavailable, with what to do', async () => {
      await expect(under.unreachable().info(options())).rejects.toMatchObject({
        code: 'cpi_unavailable',
        message: expect.stringMatching(/does not answer.*\. [A-Z].*/),
      });
      await expect(under.unreachable().listVms(options())).rejects.toMatchObject({ code: 'cpi_unavailable' });
    });

    test('a call whose signal is aborted does nothing', async () => {
      const request = vmRequest();
      await expect(cpi.createVm(request, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
      expect((await cpi.listVms(options())).some((vm) => vm.metadata.instance === request.instance)).toBe(false);
    });
  });

  describe('stemcells', () => {
    test('the same folder is the same stemcell', async () => {
      expect(await cpi.createStemcell(under.stemcellFolder, options())).toBe(stemcell);
      expect(await cpi.hasStemcell(stemcell, options())).toBe(true);
    });

    test('one that was never imported is not there, and deleting it is fine', async () => {
      expect(await cpi.hasStemcell('stemcell-0000000000000000', options())).toBe(false);
      await cpi.deleteStemcell('stemcell-0000000000000000', options());
    });

    test('a folder without a manifest is refused with its name', async () => {
      await expect(cpi.createStemcell('/nonexistent/stemcell', options())).rejects.toThrow('/nonexistent/stemcell');
    });
  });

  describe('VMs', () => {
    test('a created VM is there and on', async () => {
      const vm = await makeVm();
      expect(await cpi.hasVm(vm, options())).toBe(true);
      expect(await cpi.powerState(vm, options())).toBe('on');
    });

    test('asking twice for an instance gives one VM', async () => {
      const request = vmRequest();
      const vm = await cpi.createVm(request, options());
      expect(await cpi.createVm(request, options())).toBe(vm);
      expect(await under.reopen().createVm(request, options())).toBe(vm);
      expect((await cpi.listVms(options())).filter((one) => one.metadata.instance === request.instance)).toHaveLength(
        1,
      );
    });

    test('asking twice at the same time gives one VM too', async () => {
      const request = vmRequest();
      const vms = await Promise.all([cpi.createVm(request, options()), cpi.createVm(request, options())]);
      expect(vms[0]).toBe(vms[1]);
      expect((await cpi.listVms(options())).filter((one) => one.metadata.instance === request.instance)).toHaveLength(
        1,
      );
    });

    test('an instance whose VM is off gets a new VM in its place', async () => {
      const request = vmRequest();
      const dead = await cpi.createVm(request, options());
      await under.kill(dead);
      const vm = await cpi.createVm(request, options());
      expect(vm).not.toBe(dead);
      expect(await cpi.powerState(dead, options())).toBe('missing');
      expect(await cpi.powerState(vm, options())).toBe('on');
    });

    test('many can be created at the same time', async () => {
      const vms = await Promise.all(Array.from({ length: 4 }, () => makeVm()));
      expect(new Set(vms).size).toBe(4);
    });

    test('a deleted VM is gone, and deleting it again is fine', async () => {
      const vm = await makeVm();
      await cpi.deleteVm(vm, options());
      await cpi.deleteVm(vm, options());
      expect(await cpi.hasVm(vm, options())).toBe(false);
      expect(await cpi.powerState(vm, options())).toBe('missing');
    });

    test('a killed VM is still there, and off', async () => {
      const vm = await makeVm();
      await under.kill(vm);
      expect(await cpi.hasVm(vm, options())).toBe(true);
      expect(await cpi.powerState(vm, options())).toBe('off');
    });

    test('power off is at once, and fine when it is off', async () => {
      const vm = await makeVm();
      await cpi.powerOffVm(vm, options());
      expect(await cpi.powerState(vm, options())).toBe('off');
      await cpi.powerOffVm(vm, options());
    });

    test('reboot starts a VM that is off and restarts one that is on', async () => {
      const vm = await makeVm();
      await cpi.powerOffVm(vm, options());
      await cpi.rebootVm(vm, options());
      expect(await cpi.powerState(vm, options())).toBe('on');
      await cpi.rebootVm(vm, options());
      expect(await cpi.powerState(vm, options())).toBe('on');
    });

    test('a VM that is gone cannot be rebooted or powered off: vm_not_found', async () => {
      await expect(cpi.rebootVm('no-such-vm', options())).rejects.toMatchObject({ code: 'vm_not_found' });
      await expect(cpi.powerOffVm('no-such-vm', options())).rejects.toMatchObject({ code: 'vm_not_found' });
      await expect(cpi.getDisks('no-such-vm', options())).rejects.toMatchObject({ code: 'vm_not_found' });
    });

    test('are listed with address, power and metadata, by any driver on the infrastructure', async () => {
      const request = vmRequest();
      const cid = await cpi.createVm(request, options());
      const listed = (await under.reopen().listVms(options())).find((vm) => vm.cid === cid);
      expect(listed).toMatchObject({ power: 'on', address: request.network.address, metadata: request.metadata });
      expect(Math.abs(Date.parse(listed?.createdAt ?? '') - systemClock.now().getTime())).toBeLessThan(60_000);
    });

    test('metadata can be changed and is kept', async () => {
      const request = vmRequest();
      const cid = await cpi.createVm(request, options());
      await cpi.setVmMetadata(cid, { ...request.metadata, index: '7', tag: 'blue' }, options());
      const listed = (await under.reopen().listVms(options())).find((vm) => vm.cid === cid);
      expect(listed?.metadata).toMatchObject({ index: '7', tag: 'blue', group: 'worker' });
    });

    test('the bootstrap file is not shown by the infrastructure', async () => {
      const vm = await makeVm();
      const shown = await under.inspect(vm);
      expect(shown).toContain(vm);
      expect(shown).not.toContain(BOOTSTRAP_SECRET);
    });

    test('a failed creation leaves nothing behind', async () => {
      const request = vmRequest({ network: { cid: network, address: '192.0.2.77' } });
      const before = await cpi.listVms(options());
      await expect(cpi.createVm(request, options())).rejects.toMatchObject({ code: 'cpi_failed' });
      expect((await cpi.listVms(options())).map((vm) => vm.cid).toSorted()).toEqual(
        before.map((vm) => vm.cid).toSorted(),
      );
    });

    test('need a network and a stemcell that exist', async () => {
      const lost = { cid: 'no-such-network', address: `${under.subnet}.9` };
      await expect(makeVm({ network: lost })).rejects.toMatchObject({ code: 'network_not_found' });
      await expect(makeVm({ stemcell: 'stemcell-0000000000000000' })).rejects.toMatchObject({
        code: 'cpi_failed',
        message: expect.stringContaining('Import the stemcell again'),
      });
    });
  });

  describe('disks', () => {
    test('the same request is the same disk', async () => {
      const request = newUuid();
      const disk = await cpi.createDisk(64, 'az1', request, options());
      expect(await cpi.createDisk(64, 'az1', request, options())).toBe(disk);
      expect(await cpi.hasDisk(disk, options())).toBe(true);
      expect(await cpi.listDisks(options())).toContain(disk);
    });

    test('a VM has the disks it was created with', async () => {
      const disks = [await makeDisk(), await makeDisk()];
      expect(await cpi.getDisks(await makeVm({ disks }), options())).toEqual(disks);
    });

    test('outlive their VM and can be had by the next one', async () => {
      const disks = [await makeDisk()];
      await cpi.deleteVm(await makeVm({ disks }), options());
      expect(await cpi.hasDisk(disks[0] ?? '', options())).toBe(true);
      expect(await cpi.getDisks(await makeVm({ disks }), options())).toEqual(disks);
    });

    test('belong to one VM at a time, even when that one is off', async () => {
      const disks = [await makeDisk()];
      const holder = await makeVm({ disks });
      await expect(makeVm({ disks })).rejects.toThrow(holder);
      await under.kill(holder);
      await expect(makeVm({ disks })).rejects.toThrow(holder);
    });

    test('cannot be deleted while a VM holds them, and can afterwards', async () => {
      const disk = await makeDisk();
      const vm = await makeVm({ disks: [disk] });
      await expect(cpi.deleteDisk(disk, options())).rejects.toThrow(vm);
      await cpi.deleteVm(vm, options());
      await cpi.deleteDisk(disk, options());
      await cpi.deleteDisk(disk, options());
      expect(await cpi.hasDisk(disk, options())).toBe(false);
    });

    test('that do not exist stop a creation: disk_not_found', async () => {
      await expect(makeVm({ disks: ['disk-gone'] })).rejects.toMatchObject({ code: 'disk_not_found' });
    });

    test('attaching what is attached and detaching what is not are fine', async () => {
      const [held, free] = [await makeDisk(), await makeDisk()];
      const vm = await makeVm({ disks: [held] });
      await cpi.attachDisk(vm, held, options());
      await cpi.detachDisk(vm, free, options());
      await cpi.detachDisk('no-such-vm', held, options());
      expect(await cpi.getDisks(vm, options())).toEqual([held]);
      await expect(cpi.attachDisk(vm, 'disk-gone', options())).rejects.toMatchObject({ code: 'disk_not_found' });
      await expect(cpi.attachDisk('no-such-vm', free, options())).rejects.toMatchObject({ code: 'vm_not_found' });
    });
  });

  describe('networks', () => {
    test('the same request is the same network', async () => {
      expect(await cpi.createNetwork(networkRequest(), options())).toBe(network);
      expect(await cpi.listNetworks(options())).toContain(network);
    });

    test('can be deleted, twice, and made again', async () => {
      const request = { name: 'again', cidr: `${shift(under.subnet, 1)}.0/24`, gateway: `${shift(under.subnet, 1)}.1` };
      const cid = await cpi.createNetwork(request, options());
      await cpi.deleteNetwork(cid, options());
      await cpi.deleteNetwork(cid, options());
      expect(await cpi.hasNetwork(cid, options())).toBe(false);
      expect(await cpi.createNetwork(request, options())).toBe(cid);
      expect(await cpi.hasNetwork(cid, options())).toBe(true);
      await cpi.deleteNetwork(cid, options());
    });

    test('with VMs on it cannot be deleted', async () => {
      await makeVm();
      await expect(cpi.deleteNetwork(network, options())).rejects.toThrow(network);
      expect(await cpi.hasNetwork(network, options())).toBe(true);
    });

    test('the gateway can be asked for again and again; that of a lost network is network_not_found', async () => {
      await cpi.ensureGateway(network, options());
      await cpi.ensureGateway(network, options());
      await expect(cpi.ensureGateway('no-such-network', options())).rejects.toMatchObject({
        code: 'network_not_found',
      });
    });
  });

  describe('AZs', () => testAzContract({ cpi: () => cpi, reopen: () => under.reopen(), vmRequest, options }));

  describe('watching', () => {
    test('tells of a kill within 2 s, of a start and of a removal, each once', async () => {
      const request = vmRequest();
      const vm = await cpi.createVm(request, options());
      const watch = startWatch(under.reopen(), vm);
      try {
        await watch.ready();
        await under.kill(vm);
        await watch.until('stopped');
        await cpi.rebootVm(vm, options());
        await watch.until('started');
        await cpi.deleteVm(vm, options());
        await watch.until('removed');
        expect(watch.news.filter((news) => news.event === 'started')).toHaveLength(1);
        expect(watch.news.filter((news) => news.event === 'removed')).toHaveLength(1);
        expect(watch.news.every((news) => news.instance === request.instance)).toBe(true);
      } finally {
        await watch.end();
      }
    });

    test('ends when the signal aborts', async () => {
      const watch = startWatch(cpi, 'no-such-vm');
      await systemClock.sleep(100);
      await watch.end();
    });
  });

  /** Collects the news of one VM in the background. */
  function startWatch(driver: Cpi, vm: VmCid) {
    const stop = new AbortController();
    const news: { cid: VmCid; instance: string; event: string }[] = [];
    const done = (async () => {
      for await (const one of driver.watchVms({ signal: stop.signal })) {
        if (one.cid === vm) news.push(one);
      }
    })();
    return {
      news,
      /** A watch tells of what happens from now on, and "now" is when it has connected. */
      ready: () => systemClock.sleep(300),
      until: (event: string) =>
        expect.poll(() => news.map((one) => one.event), { timeout: NEWS_MS, interval: 20 }).toContain(event),
      end: async () => {
        stop.abort();
        await done;
      },
    };
  }
}

/** `10.1.2` moved by some /24s. */
function shift(subnet: string, by: number): string {
  const [a = '', b = '', c = '0'] = subnet.split('.');
  return `${a}.${b}.${Number(c) + by}`;
}
