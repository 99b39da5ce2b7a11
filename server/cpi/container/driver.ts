import type { Clock } from '#server/platform/clock.ts';
import type { StemcellCid, VmCid } from '../cpi.ts';
import { connectEngine, type Engine } from './client.ts';
import { ContainerConfig } from './config.ts';
import { SharedCalls } from './shared-calls.ts';

/** What every concern of this driver works with. */
export type Driver = {
  readonly engine: Engine;
  readonly config: ContainerConfig;
  readonly clock: Clock;
  /** Whoever asks for what is being made already waits for that: VMs by instance, stemcells by folder, gateways by network. */
  readonly making: {
    readonly vms: SharedCalls<VmCid>;
    readonly stemcells: SharedCalls<StemcellCid>;
    readonly gateways: SharedCalls<void>;
  };
};

/** Connects to nothing yet. Throws zod's error when the configuration is malformed. */
export function openDriver(config: ContainerConfig, clock: Clock): Driver {
  const checked = ContainerConfig.parse(config);
  const making = {
    vms: new SharedCalls<VmCid>(),
    stemcells: new SharedCalls<StemcellCid>(),
    gateways: new SharedCalls<void>(),
  };
  return { engine: connectEngine(checked.socket), config: checked, clock, making };
}
