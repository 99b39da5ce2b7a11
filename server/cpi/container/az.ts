import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newUuid } from '#server/platform/ids.ts';
import { AzSwitch, azDown, isOver, switchOff } from '../az-switch.ts';
import type { CallOptions, VmView } from '../cpi.ts';
import { findContainer } from './containers.ts';
import type { Driver } from './driver.ts';
import { LABEL } from './labels.ts';
import { startContainer } from './start-container.ts';
import { nullIfMissing, onState } from './state-folder.ts';

/** What the switch needs of the rest of the driver, so that the two files do not import each other. */
type Vms = {
  list: (driver: Driver, options: CallOptions) => Promise<VmView[]>;
  powerOff: (driver: Driver, cid: string, options: CallOptions) => Promise<void>;
};

/** One host has one power supply, so the switch of an AZ is a file, and what it says is kept by everything that starts VMs. */
export async function azPower(driver: Driver, az: string, options: CallOptions): Promise<'on' | 'off'> {
  const off = await readSwitch(driver, az);
  if (off === null) return 'on';
  if (!isOver(off, driver.clock.now())) return 'off';
  await switchOnAz(driver, az, options);
  return 'on';
}

/** Stops all VMs of the AZ; from the first moment on none is started there. Again is fine: what runs nevertheless is stopped too. */
export async function switchOffAz(
  driver: Driver,
  vms: Vms,
  az: string,
  options: CallOptions & { until?: Date | undefined },
): Promise<void> {
  const all = await vms.list(driver, options);
  const running = all.filter((vm) => vm.metadata.az === az && vm.power === 'on').map((vm) => vm.cid);
  // kept before it is done: a director that dies in between stops the rest when it asks again, and knows all to start again
  await writeSwitch(driver, az, switchOff(await readSwitch(driver, az), options.until, running));
  await Promise.all(running.map((cid) => vms.powerOff(driver, cid, options)));
}

/** Starts what the switch stopped and still is there. Of one that is on already it starts nothing. */
export async function switchOnAz(driver: Driver, az: string, { signal }: CallOptions): Promise<void> {
  const off = await readSwitch(driver, az);
  if (off === null) return;
  await Promise.all(
    off.stopped.map(async (cid) => {
      const found = await findContainer(driver, cid, signal, LABEL.instance);
      if (found?.power === 'off') await startContainer(driver, cid, `starting VM ${cid}`, signal);
    }),
  );
  await onState(`keeping that AZ ${az} is on`, () => rm(file(driver, az), { force: true }));
}

/** Throws az_down while the AZ is off. `doing`: "creating worker/0". */
export async function requirePower(driver: Driver, az: string | undefined, doing: string): Promise<void> {
  const off = az === undefined ? null : await readSwitch(driver, az);
  if (az !== undefined && off !== null && !isOver(off, driver.clock.now())) throw azDown(az, doing);
}

/** A file for each AZ that is off, so that two may be switched at once. */
async function readSwitch(driver: Driver, az: string): Promise<AzSwitch | null> {
  const text = await onState(`reading whether AZ ${az} is off`, () =>
    readFile(file(driver, az), 'utf8').catch(nullIfMissing),
  );
  return text === null ? null : AzSwitch.parse(JSON.parse(text));
}

async function writeSwitch(driver: Driver, az: string, off: AzSwitch): Promise<void> {
  await onState(`keeping that AZ ${az} is off`, async () => {
    await mkdir(join(driver.config.state, 'az-off'), { recursive: true });
    const draft = `${file(driver, az)}.${newUuid()}`;
    await writeFile(draft, JSON.stringify(off));
    await rename(draft, file(driver, az));
  });
}

const file = (driver: Driver, az: string): string =>
  join(driver.config.state, 'az-off', `${encodeURIComponent(az)}.json`);
