import { z } from 'zod';
import type { PowerState } from '../cpi.ts';
import type { Driver } from './driver.ts';
import { LABEL, labelFilter } from './labels.ts';

/** One row of the engine's container list, as Podman and Docker both give it. */
const Row = z
  .object({
    Id: z.string(),
    ImageID: z.string(),
    Names: z.array(z.string()).min(1),
    State: z.string(),
    Created: z.number(),
    Labels: z.record(z.string(), z.string()).nullable(),
  })
  .transform((row) => ({
    id: row.Id,
    imageId: row.ImageID,
    /** The container's name, which is the cid. */
    cid: (row.Names[0] ?? row.Id).replace(/^\//, ''),
    power: powerOf(row.State),
    paused: row.State === 'paused',
    createdAt: new Date(row.Created * 1000).toISOString(),
    labels: row.Labels ?? {},
  }));
export type OwnContainer = z.infer<typeof Row>;

const Inspected = z
  .object({
    Id: z.string(),
    Image: z.string(),
    Name: z.string(),
    Created: z.string(),
    State: z.object({ Status: z.string() }),
    Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  })
  .transform(
    (one): OwnContainer => ({
      id: one.Id,
      imageId: one.Image,
      cid: one.Name.replace(/^\//, ''),
      power: powerOf(one.State.Status),
      paused: one.State.Status === 'paused',
      createdAt: new Date(one.Created).toISOString(),
      labels: one.Config.Labels ?? {},
    }),
  );

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

/** The container by its cid, if it is one of this installation and has `label`; null when there is none. */
export async function findContainer(
  driver: Driver,
  cid: string,
  signal: AbortSignal,
  label: string,
): Promise<OwnContainer | null> {
  const found = await driver.engine.find(`looking for ${cid}`, signal, (abortSignal) =>
    driver.engine.docker.getContainer(cid).inspect({ abortSignal }),
  );
  if (found === null) return null;
  const container = Inspected.parse(found);
  const isOwn = container.labels[LABEL.installation] === driver.config.installation && label in container.labels;
  // the engine also finds by the beginning of a container's id
  return isOwn && container.cid === cid ? container : null;
}

/** A paused VM still holds its disks and address, so it counts as on. */
function powerOf(state: string): Exclude<PowerState, 'missing'> {
  return ['running', 'paused', 'restarting', 'stopping'].includes(state.toLowerCase()) ? 'on' : 'off';
}
