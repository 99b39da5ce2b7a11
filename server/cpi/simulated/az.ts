import { azDown, isOver, switchOff } from '../az-switch.ts';
import type { World } from './world.ts';

/** As the container driver's, kept in the world's file. */
export async function azPower(world: World, az: string): Promise<'on' | 'off'> {
  const off = world.state.azs[az];
  if (off === undefined) return 'on';
  if (!isOver(off, world.clock.now())) return 'off';
  await setAzPower(world, az, 'on');
  return 'on';
}

export async function setAzPower(world: World, az: string, power: 'on' | 'off', until?: Date): Promise<void> {
  const { azs, vms } = world.state;
  const before = azs[az] ?? null;
  if (power === 'off') {
    const running = Object.values(vms).filter((vm) => vm.metadata.az === az && vm.power === 'on');
    const stopped = running.map((vm) => vm.cid);
    azs[az] = switchOff(before, until, stopped);
    for (const vm of running) world.stop(vm);
  } else {
    delete azs[az];
    for (const cid of before?.stopped ?? []) {
      const vm = vms[cid];
      if (vm?.power === 'off') world.start(vm);
    }
  }
  await world.save();
}

/** Throws az_down while the AZ is off. */
export function requirePower(world: World, az: string | undefined, doing: string): void {
  const off = az === undefined ? undefined : world.state.azs[az];
  if (az !== undefined && off !== undefined && !isOver(off, world.clock.now())) throw azDown(az, doing);
}
