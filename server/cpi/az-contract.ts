import { expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import type { CallOptions, Cpi, CreateVmRequest } from './cpi.ts';

/** What the cases take from the contract's: its driver, a second one on the same infrastructure, requests for VMs of their own. */
export type AzCases = {
  cpi: () => Cpi;
  reopen: () => Cpi;
  vmRequest: () => CreateVmRequest;
  options: () => CallOptions;
};

/** The power of AZs, as every driver with a switch keeps it. */
export function testAzContract({ cpi, reopen, vmRequest, options }: AzCases): void {
  /** Each case has an AZ of its own: cases share the infrastructure. */
  const makeIn = async (az: string) => {
    const request = vmRequest();
    const inAz = { ...request, metadata: { ...request.metadata, az } };
    return { request: inAz, cid: await cpi().createVm(inAz, options()) };
  };

  test('switched off: its VMs stop, none starts there, and those of others run on', async () => {
    const [inside, outside] = [await makeIn('az-off'), await makeIn('az-other')];
    expect(await cpi().azPower('az-off', options())).toBe('on');
    await cpi().setAzPower('az-off', 'off', options());
    expect(await cpi().azPower('az-off', options())).toBe('off');
    expect(await cpi().azPower('az-other', options())).toBe('on');
    expect(await cpi().powerState(inside.cid, options())).toBe('off');
    expect(await cpi().powerState(outside.cid, options())).toBe('on');
    await expect(makeIn('az-off')).rejects.toMatchObject({ code: 'az_down' });
    await expect(cpi().createVm(inside.request, options())).rejects.toMatchObject({ code: 'az_down' });
    await expect(cpi().rebootVm(inside.cid, options())).rejects.toMatchObject({ code: 'az_down' });
    expect(await cpi().hasVm(inside.cid, options())).toBe(true);
    await cpi().setAzPower('az-off', 'off', options());
    await cpi().setAzPower('az-off', 'on', options());
  });

  test('switched on: the VMs that the switch stopped start again, and no others', async () => {
    const [stopped, offBefore, deleted] = [await makeIn('az-on'), await makeIn('az-on'), await makeIn('az-on')];
    await cpi().powerOffVm(offBefore.cid, options());
    await cpi().setAzPower('az-on', 'off', options());
    await cpi().deleteVm(deleted.cid, options());
    await cpi().setAzPower('az-on', 'on', options());
    expect(await cpi().azPower('az-on', options())).toBe('on');
    expect(await cpi().powerState(stopped.cid, options())).toBe('on');
    expect(await cpi().powerState(offBefore.cid, options())).toBe('off');
    await cpi().setAzPower('az-on', 'on', options());
    expect(await cpi().powerState(offBefore.cid, options())).toBe('off');
  });

  test('stay off for a driver that is opened later, until their time is over', async () => {
    const { cid } = await makeIn('az-late');
    const until = new Date(systemClock.now().getTime() + 2000);
    await cpi().setAzPower('az-late', 'off', { ...options(), until });
    const later = reopen();
    expect(await later.azPower('az-late', options())).toBe('off');
    await expect(later.rebootVm(cid, options())).rejects.toMatchObject({ code: 'az_down' });
    await expect.poll(() => later.azPower('az-late', options()), { timeout: 8000, interval: 100 }).toBe('on');
    expect(await later.powerState(cid, options())).toBe('on');
  });
}
