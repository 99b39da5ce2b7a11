import type { Clock } from '#server/platform/clock.ts';
import type { Engine } from './client.ts';
import type { ContainerConfig } from './config.ts';

/** What every concern of this driver works with. */
export type Driver = {
  readonly engine: Engine;
  readonly config: ContainerConfig;
  readonly clock: Clock;
};
