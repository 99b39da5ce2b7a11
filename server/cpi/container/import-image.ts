import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { newUuid } from '#server/platform/ids.ts';
import type { Driver } from './driver.ts';
import { onState } from './state-folder.ts';

/** Unpacking and storing 750 MB: 30 s on two idle cores, minutes on a busy machine. */
export const IMPORT_DEADLINE_MS = 15 * 60_000;

/** Imports a tar as an image of this installation. Labels go into the image. */
export async function importImage(driver: Driver, request: ImportRequest, signal: AbortSignal): Promise<void> {
  const byPath = await isPodman(driver, signal);
  const send = (abortSignal: AbortSignal) =>
    byPath ? importInPlace(driver, request, abortSignal) : importStream(driver, request, abortSignal);
  await driver.engine.call(request.doing, signal, send, IMPORT_DEADLINE_MS);
}

type ImportRequest = { tar: string | Buffer; name: string; labels: Record<string, string>; doing: string };

async function importStream(driver: Driver, request: ImportRequest, abortSignal: AbortSignal): Promise<void> {
  const { repo, tag: version } = splitName(request.name);
  const file = typeof request.tar === 'string' ? createReadStream(request.tar) : Readable.from([request.tar]);
  const changes = labelChanges(request.labels);
  await readAnswer(await driver.engine.docker.importImage(file, { repo, tag: version, changes, abortSignal }));
}

/**
 * Podman reads a tar where it lies. Of one that is sent it keeps a copy below /var/tmp for ever (4.3: `api_load.tar…`), which for a stemcell
 * is 700 MB each time. It ignores `tag` on import and takes a full name as `repo`.
 */
async function importInPlace(driver: Driver, request: ImportRequest, abortSignal: AbortSignal): Promise<void> {
  const { tar } = request;
  const own = typeof tar === 'string' ? null : join(driver.config.state, `import-${newUuid()}.tar`);
  try {
    if (own !== null) await onState(`writing ${own}`, () => writeFile(own, tar));
    const answer: unknown = await driver.engine.docker.createImage({
      fromSrc: own ?? tar,
      repo: request.name,
      changes: labelChanges(request.labels),
      abortSignal,
    });
    await readAnswer(answer);
  } finally {
    if (own !== null) await rm(own, { force: true });
  }
}

/** Podman has calls of its own for what the Docker API cannot say. */
export async function isPodman(driver: Driver, signal: AbortSignal): Promise<boolean> {
  const version = await driver.engine.call('asking for its version', signal, () => driver.engine.docker.version());
  const components =
    z.object({ Components: z.array(z.object({ Name: z.string() })).optional() }).parse(version).Components ?? [];
  return components.some((component) => component.Name === 'Podman Engine');
}

/** Repository and tag of an image reference. */
export function splitName(name: string): { repo: string; tag: string } {
  const colon = name.lastIndexOf(':');
  return { repo: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** Labels as the engine API wants them. */
export function labelChanges(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `LABEL ${key}=${JSON.stringify(value)}`);
}

/** Reads a progress stream to its end: the engine reports a failed import as a line of it, after status 200. */
export async function readAnswer(answer: unknown): Promise<void> {
  if (!isReadable(answer)) return;
  let text = '';
  for await (const chunk of answer) text = (text + String(chunk)).slice(-16_384);
  const failure = text
    .split('\n')
    .map((line) => /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1])
    .find((message) => message !== undefined && message !== '');
  if (failure !== undefined) throw new Error(failure);
}

function isReadable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
