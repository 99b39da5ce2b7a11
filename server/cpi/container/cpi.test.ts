import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { testCpiContract } from '../contract.ts';
import type { Cpi, CreateVmRequest } from '../cpi.ts';
import { createContainerCpi } from './cpi.ts';
import { startTestEngine, type TestEngine } from './test-engine.ts';

const context = { clock: systemClock, log: createLog('test', 'error') };

describe('contract on Podman', () => {
  testCpiContract(async () => {
    const engine = await startTestEngine();
    const open = () => createContainerCpi(engine.config, context);
    return {
      cpi: open(),
      reopen: open,
      unreachable: () =>
        createContainerCpi({ ...engine.config, socket: join(engine.config.state, 'nobody.sock') }, context),
      stemcellFolder: engine.stemcellFolder,
      subnet: engine.subnet,
      kill: async (cid) => {
        engine.podman('kill', cid);
      },
      inspect: async (cid) => engine.podman('inspect', cid),
      cleanUp: engine.destroy,
    };
  });
});

describe('container-backed VMs', () => {
  let engine: TestEngine;
  let cpi: Cpi;
  let stemcell: string;
  let network: string;
  let nextHost = 10;
  const options = () => ({ signal: AbortSignal.timeout(60_000) });

  beforeAll(async () => {
    engine = await startTestEngine();
    cpi = createContainerCpi(engine.config, context);
    stemcell = await cpi.createStemcell(engine.stemcellFolder, options());
    network = await cpi.createNetwork(
      { name: 'default', cidr: `${engine.subnet}.0/24`, gateway: `${engine.subnet}.1` },
      options(),
    );
    await cpi.ensureDatastore(options());
  }, 120_000);
  afterAll(async () => engine?.destroy(), 120_000);

  function vmRequest(change: Partial<CreateVmRequest> = {}): CreateVmRequest {
    const host = nextHost++;
    const instance = `1f3a9c2d-${host}`;
    return {
      instance,
      stemcell,
      cloudProperties: { memoryMib: 192, cpu: 2 },
      network: { cid: network, address: `${engine.subnet}.${host}` },
      disks: [],
      hostname: `worker-${host}`,
      metadata: { deployment: 'd', group: 'worker', instance, index: '0', az: 'az2', name: 'worker/0' },
      bootstrap: '{"privateKeyPem":"secret"}',
      ...change,
    };
  }
  const inVm = (cid: string, command: string): string => engine.podman('exec', cid, 'sh', '-c', command);
  const inspect = (cid: string) => JSON.parse(engine.podman('inspect', cid))[0];

  test('carry the labels by which tools find them', async () => {
    const cid = await cpi.createVm(vmRequest({ instance: 'abc' }), options());
    expect(cid).toMatch(new RegExp(`^${engine.config.installation}-worker-abc-[0-9a-f]{4}$`));
    expect(inspect(cid).Config.Labels).toMatchObject({
      'tessera.installation': engine.config.installation,
      'tessera.deployment': 'd',
      'tessera.instance': 'worker/abc',
      'tessera.az': 'az2',
    });
  });

  test('have hard limits, their own cgroups, name and address', async () => {
    const request = vmRequest();
    const cid = await cpi.createVm(request, options());
    const { HostConfig: host, Config: own } = inspect(cid);
    expect(host).toMatchObject({
      Privileged: true,
      Memory: 192 * 1024 * 1024,
      MemorySwap: 192 * 1024 * 1024,
      CpuShares: 2048,
    });
    expect(host.Ulimits).toEqual([
      { Name: 'RLIMIT_NOFILE', Soft: 20_000, Hard: 20_000 },
      { Name: 'RLIMIT_NPROC', Soft: 10_000, Hard: 10_000 },
    ]);
    expect(own.Hostname).toBe(request.hostname);
    expect(inVm(cid, 'cat /etc/hostname').trim()).toBe(request.hostname);
    expect(inVm(cid, 'cat /proc/net/fib_trie')).toContain(request.network.address);
    expect(inVm(cid, 'cat /proc/self/mountinfo')).toMatch(/ \/run .* tmpfs /);
  });

  test('see bootstrap file, disks, datastore and image archives at their places', async () => {
    const disks = [await cpi.createDisk(64, 'az1', 'places', options())];
    const cid = await cpi.createVm(vmRequest({ disks }), options());
    expect(inVm(cid, 'ls -l /var/vcap/bootstrap/agent.json; cat /var/vcap/bootstrap/agent.json')).toMatch(
      /^-rw-------.*\n\{"privateKeyPem":"secret"\}$/,
    );
    expect(() => inVm(cid, 'touch /var/vcap/bootstrap/x')).toThrow(/Read-only/);
    expect(() => inVm(cid, 'touch /var/vcap/images/x')).toThrow(/Read-only/);
    expect(inVm(cid, 'cat /var/vcap/images/pause.tar /opt/tessera/agent.mjs')).toBe('archive// the agent\n');
    inVm(cid, 'touch /var/vcap/store/a /var/vcap/datastore/b /var/vcap/data/c');
    expect(existsSync(join(engine.config.state, 'disks', disks[0] ?? '', 'a'))).toBe(true);
    expect(existsSync(join(engine.config.state, 'datastore', 'b'))).toBe(true);
    expect(existsSync(join(engine.config.state, 'vms', cid, 'data', 'c'))).toBe(true);
    expect(statSync(join(engine.config.state, 'vms', cid, 'bootstrap', 'agent.json')).mode & 0o777).toBe(0o600);
  });

  test('get a new bootstrap file when asked for again, and see it', async () => {
    const request = vmRequest();
    const cid = await cpi.createVm(request, options());
    await cpi.createVm({ ...request, bootstrap: '{"privateKeyPem":"rotated"}' }, options());
    expect(inVm(cid, 'cat /var/vcap/bootstrap/agent.json')).toContain('rotated');
  });

  test('data on a persistent disk outlives the VM, data on the ephemeral disk does not', async () => {
    const disks = [await cpi.createDisk(64, 'az1', 'outlives', options())];
    const request = vmRequest({ disks });
    const first = await cpi.createVm(request, options());
    inVm(first, 'echo kept > /var/vcap/store/file; echo lost > /var/vcap/data/file');
    await cpi.deleteVm(first, options());
    const second = await cpi.createVm(request, options());
    expect(inVm(second, 'cat /var/vcap/store/file; ls /var/vcap/data')).toBe('kept\n');
    expect(existsSync(join(engine.config.state, 'vms', first))).toBe(false);
  });

  test('the datastore survives the deletion of a VM that has it bound below its kubelet folder', async () => {
    const cid = await cpi.createVm(vmRequest(), options());
    inVm(cid, 'mkdir -p /var/vcap/datastore/pv1 /var/lib/kubelet/pods/a; echo kept > /var/vcap/datastore/pv1/file');
    inVm(cid, 'mount --bind /var/vcap/datastore /var/lib/kubelet/pods/a');
    // and one that did reach the host, as with engines that share mounts
    const leaked = join(engine.config.state, 'vms', cid, 'kubelet', 'leaked');
    mkdirSync(leaked);
    execFileSync('mount', ['--bind', join(engine.config.state, 'datastore'), leaked]);
    expect(existsSync(join(leaked, 'pv1', 'file'))).toBe(true);

    await cpi.deleteVm(cid, options());
    expect(existsSync(join(engine.config.state, 'vms', cid))).toBe(false);
    expect(readFileSync(join(engine.config.state, 'datastore', 'pv1', 'file'), 'utf8')).toBe('kept\n');
  });

  test('deleting what a deployment keeps in the datastore spares its neighbours, and twice is once', async () => {
    const datastore = join(engine.config.state, 'datastore');
    for (const deployment of ['service-instance_a', 'service-instance_b']) {
      mkdirSync(join(datastore, deployment, 'pvc-1'), { recursive: true });
    }
    await cpi.deleteFromDatastore('service-instance_a', options());
    await cpi.deleteFromDatastore('service-instance_a', options());
    expect(existsSync(join(datastore, 'service-instance_a'))).toBe(false);
    expect(existsSync(join(datastore, 'service-instance_b', 'pvc-1'))).toBe(true);
    await expect(cpi.deleteFromDatastore('../disks', options())).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('mounts made in a VM do not reach a host whose file systems are shared, as systemd makes them', async () => {
    const folder = join(engine.config.state, 'vms');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['--bind', folder, folder]);
    execFileSync('mount', ['--make-shared', folder]);
    try {
      const cid = await cpi.createVm(vmRequest(), options());
      inVm(cid, 'mkdir -p /var/lib/kubelet/inner; mount -t tmpfs none /var/lib/kubelet/inner');
      expect(inVm(cid, 'cat /proc/self/mountinfo')).toMatch(/ \/var\/lib\/kubelet\/inner .*shared:/);
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(folder);
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${cid}/kubelet/inner`);
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  });

  test('paused counts as on, and can be powered off and rebooted', async () => {
    const cid = await cpi.createVm(vmRequest(), options());
    engine.podman('pause', cid);
    expect(await cpi.powerState(cid, options())).toBe('on');
    await cpi.rebootVm(cid, options());
    expect(await cpi.powerState(cid, options())).toBe('on');
    engine.podman('pause', cid);
    await cpi.powerOffVm(cid, options());
    expect(await cpi.powerState(cid, options())).toBe('off');
  });

  test('ids that would lead out of the state folder are refused', async () => {
    await cpi.createDisk(64, 'az1', 'kept', options());
    await expect(cpi.deleteVm('../disks', options())).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(cpi.deleteDisk('..', options())).rejects.toMatchObject({ code: 'invalid_input' });
    expect(existsSync(join(engine.config.state, 'disks'))).toBe(true);
  });

  test('belong to one installation: another one neither sees nor deletes them', async () => {
    const cid = await cpi.createVm(vmRequest(), options());
    const other = createContainerCpi(
      { ...engine.config, installation: 'fffff0', state: join(engine.config.state, 'other') },
      context,
    );
    expect(await other.listVms(options())).toEqual([]);
    expect(await other.listNetworks(options())).toEqual([]);
    await other.deleteVm(cid, options());
    await other.deleteNetwork(network, options());
    expect(await cpi.powerState(cid, options())).toBe('on');
    expect(await cpi.hasNetwork(network, options())).toBe(true);
  });

  test('an image another installation has is shared, and stays when one of them is deleted', async () => {
    const other = createContainerCpi({ ...engine.config, installation: 'fffff1' }, context);
    expect(await other.hasStemcell(stemcell, options())).toBe(false);
    expect(await other.createStemcell(engine.stemcellFolder, options())).toBe(stemcell);
    expect(await other.hasStemcell(stemcell, options())).toBe(true);
    await other.deleteStemcell(stemcell, options());
    expect(await other.hasStemcell(stemcell, options())).toBe(false);
    expect(await cpi.hasStemcell(stemcell, options())).toBe(true);
  });

  test('a stemcell that moved to another folder is imported anew, so that its image archives are found', async () => {
    const moved = `${engine.stemcellFolder}-moved`;
    cpSync(engine.stemcellFolder, moved, { recursive: true });
    writeFileSync(join(moved, 'images', 'pause.tar'), 'moved archive');
    expect(await cpi.createStemcell(moved, options())).toBe(stemcell);
    const cid = await cpi.createVm(vmRequest(), options());
    expect(inVm(cid, 'cat /var/vcap/images/pause.tar')).toBe('moved archive');
    expect(await cpi.createStemcell(engine.stemcellFolder, options())).toBe(stemcell);
  });

  test('the gateway address is up without a VM, and comes back after its anchor was killed', async () => {
    const subnet = engine.subnet.replace(/\d+$/, (third) => String(Number(third) + 2));
    const isUp = () =>
      Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === `${subnet}.1`));
    const cid = await cpi.createNetwork({ name: 'empty', cidr: `${subnet}.0/24`, gateway: `${subnet}.1` }, options());
    expect(isUp()).toBe(true);
    expect((await cpi.listVms(options())).some((vm) => vm.cid.includes('anchor'))).toBe(false);
    engine.podman('kill', `${cid}-anchor`);
    await expect.poll(isUp, { timeout: 5000 }).toBe(false);
    await cpi.ensureGateway(cid, options());
    expect(isUp()).toBe(true);
    await cpi.deleteNetwork(cid, options());
    expect(isUp()).toBe(false);
  });

  test('a network whose range was changed is made anew when no VM is on it', async () => {
    const subnet = engine.subnet.replace(/\d+$/, (third) => String(Number(third) + 3));
    const cid = await cpi.createNetwork({ name: 'changed', cidr: `${subnet}.0/25`, gateway: `${subnet}.1` }, options());
    expect(
      await cpi.createNetwork({ name: 'changed', cidr: `${subnet}.128/25`, gateway: `${subnet}.129` }, options()),
    ).toBe(cid);
    expect(engine.podman('network', 'inspect', cid)).toContain(`${subnet}.128/25`);
    await cpi.deleteNetwork(cid, options());
  });

  test('orphans are listed: disks and VMs that no record knows', async () => {
    mkdirSync(join(engine.config.state, 'disks', 'disk-orphan'));
    writeFileSync(join(engine.config.state, 'disks', 'stray-file'), '');
    expect(await cpi.listDisks(options())).toContain('disk-orphan');
    expect(await cpi.listDisks(options())).not.toContain('stray-file');
  });

  test('the engine may restart: VMs run on, and the watch tells what happened meanwhile', async () => {
    const cid = await cpi.createVm(vmRequest(), options());
    const stop = new AbortController();
    const news: string[] = [];
    const watching = (async () => {
      for await (const one of cpi.watchVms({ signal: stop.signal })) if (one.cid === cid) news.push(one.event);
    })();
    await systemClock.sleep(300);
    await engine.stopService();
    await expect(cpi.listVms(options())).rejects.toMatchObject({
      code: 'cpi_unavailable',
      message: expect.stringContaining(engine.config.socket),
    });
    engine.podman('kill', cid);
    await engine.startService();
    await expect.poll(() => news, { timeout: 8000 }).toEqual(['stopped']);
    stop.abort();
    await watching;
  });
});
