import type { Clock } from '#server/platform/clock.ts';
import type { VmCid } from '../cpi.ts';
import type { Engine } from './client.ts';
import type { ContainerConfig } from './config.ts';

/** What every concern of this driver works with. */
export type Driver = {
  readonly engine: Engine;
  readonly config: ContainerConfig;
  readonly clock: Clock;
  /** Creations under way, by instance: whoever asks for the same meanwhile gets the same VM. */
  readonly creations: Map<string, Promise<VmCid>>;
};
