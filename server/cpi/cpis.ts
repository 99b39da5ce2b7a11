import type { Clock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import type { Log } from '#server/platform/log.ts';
import { createContainerCpi } from './container/cpi.ts';
import type { Cpi } from './cpi.ts';
import { createSimulatedCpi } from './simulated/cpi.ts';
import { World } from './simulated/world.ts';

/** `signal` ends what a driver runs by itself (agents of simulated VMs). */
export type CpiContext = { clock: Clock; log: Log; signal?: AbortSignal };

/** Every driver, by the name TESSERA_CPI gives. Opening connects to nothing; `info` tells whether the infrastructure answers. */
export const cpis = {
  container: (config, context) => {
    const { state, containerSocket: socket, installation } = config;
    return createContainerCpi({ installation: installation.id, state, socket }, context);
  },
  simulated: (config, context) => createSimulatedCpi(World.open({ state: config.state }, context)),
} satisfies Record<Config['cpi'], (config: Config, context: CpiContext) => Cpi>;
