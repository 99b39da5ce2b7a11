import { z } from 'zod';
import type { PowerState } from '../cpi.ts';
import type { Driver } from './driver.ts';
import { labelFilter } from './labels.ts';

/** One row of the engine's container list, as Podman and Docker both give it. */
const Row = z
  .object({
    Id: z.string(),
    Names: z.array(z.string()).min(1),
    State: z.string(),
    Created: z.number(),
    Labels: z.record(z.string(), z.string()).nullable(),
  })
  .transform((row) => ({
    id: row.Id,
    /** The container's name, which is the cid. */
    cid: (row.Names[0] ?? row.Id).replace(/^\//, ''),
    power: powerOf(row.State),
    paused: row.State === 'paused',
    createdAt: new Date(row.Created * 1000).toISOString(),
    labels: row.Labels ?? {},
  }));
export type OwnContainer = z.infer<typeof Row>;

/** Containers of this installation that have all of `labels`, running or not. */
export async function listContainers(
  driver: Driver,
  signal: AbortSignal,
  ...labels: string[]
): Promise<OwnContainer[]> {
  const filters = labelFilter(driver.config.installation, ...labels);
  const rows = await driver.engine.call('listing containers', signal, (abortSignal) =>
    driver.engine.docker.listContainers({ all: true, filters, abortSignal }),
  );
  return z.array(Row).parse(rows);
}

/** The container by its cid, if it is one of this installation; null when there is none. */
export async function findContainer(
  driver: Driver,
  cid: string,
  signal: AbortSignal,
  ...labels: string[]
): Promise<OwnContainer | null> {
  // the engine's name filter is a regular expression that also matches parts, so we compare ourselves
  const own = await listContainers(driver, signal, ...labels);
  return own.find((container) => container.cid === cid) ?? null;
}

/** A paused VM still holds its disks and address, so it counts as on. */
function powerOf(state: string): Exclude<PowerState, 'missing'> {
  return ['running', 'paused', 'restarting', 'stopping'].includes(state.toLowerCase()) ? 'on' : 'off';
}
