import { createReadStream } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StemcellManifest } from '#model/stemcell.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { CallOptions, StemcellCid } from '../cpi.ts';
import { statusOf } from './client.ts';
import type { Driver } from './driver.ts';
import { IMPORT_DEADLINE_MS, importImage, labelChanges, readAnswer, splitName } from './import-image.ts';
import { LABEL } from './labels.ts';

const ImageRow = z.object({
  Id: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  RepoTags: z.array(z.string()).nullish(),
});
type ImageRow = z.infer<typeof ImageRow>;
const Inspected = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
});

/**
 * A stemcell is an image of this installation, named by the key of its manifest: the base layer, which many stemcells share, is imported once by
 * its digest; the thin layers on top are unpacked into a container of it and committed. Images of another installation with the same digest are
 * tagged, not imported again.
 */
export async function createStemcell(driver: Driver, folder: string, options: CallOptions): Promise<StemcellCid> {
  return driver.making.stemcells.run(folder, () => importOrFind(driver, folder, options));
}

async function importOrFind(driver: Driver, folder: string, options: CallOptions): Promise<StemcellCid> {
  const manifest = await readManifest(folder);
  const cid = `stemcell-${manifest.key.slice(0, 16)}`;
  const images = join(folder, 'images');
  // the same stemcell in another folder (the cache has moved) is named anew, so that VMs find its image archives
  const present = await inspectStemcell(driver, cid, options.signal);
  if (present?.imagesFolder === images) return cid;

  const twin = await findImage(
    driver,
    options.signal,
    `${LABEL.stemcell}=${cid}`,
    (labels) => labels[LABEL.images] === images,
  );
  if (twin !== null) {
    await tag(driver, twin.Id, stemcellImage(driver, cid), options.signal);
    return cid;
  }
  const [base, ...thin] = manifest.layers;
  if (base === undefined)
    throw new TesseraError('invalid_input', `The stemcell in ${folder} has no layers. Build it again.`);
  const rootfs = await importRootfs(driver, join(folder, base.path), base.sha256, options.signal);
  const layers = thin.map((layer) => join(folder, layer.path));
  await commitLayers(driver, { rootfs, layers, cid, images }, options.signal);
  if (present !== null) await removeIfUnnamed(driver, present.id, options.signal);
  return cid;
}

/** Removes this installation's name of the image; the engine deletes the image with its last name. Gone is fine. */
export async function deleteStemcell(driver: Driver, cid: StemcellCid, { signal }: CallOptions): Promise<void> {
  await removeImage(driver, stemcellImage(driver, cid), signal);
}

export async function hasStemcell(driver: Driver, cid: StemcellCid, { signal }: CallOptions): Promise<boolean> {
  return (await inspectStemcell(driver, cid, signal)) !== null;
}

/** Image reference and the folder of image archives of an imported stemcell; null when it was not imported. */
export async function inspectStemcell(
  driver: Driver,
  cid: StemcellCid,
  signal: AbortSignal,
): Promise<{ id: string; image: string; imagesFolder: string } | null> {
  const image = stemcellImage(driver, cid);
  const found = await driver.engine.find(`looking for stemcell ${cid}`, signal, () =>
    driver.engine.docker.getImage(image).inspect(),
  );
  if (found === null) return null;
  const { Id: id, Config } = Inspected.parse(found);
  return { id, image, imagesFolder: Config.Labels?.[LABEL.images] ?? '' };
}

/** Names of this installation's images start with it. */
export function imagePrefix(installation: string): string {
  return `localhost/tessera/${installation}/`;
}

/** Removes one name of an image; gone is fine. */
export async function removeImage(driver: Driver, name: string, signal: AbortSignal): Promise<void> {
  await driver.engine.find(`removing image ${name}`, signal, () => driver.engine.docker.getImage(name).remove());
}

/** Removes an image that has lost its last name; one that is named, in use or gone is left as it is. */
export async function removeIfUnnamed(driver: Driver, id: string, signal: AbortSignal): Promise<void> {
  const image = driver.engine.docker.getImage(id);
  const found = await driver.engine.find(`looking for image ${id}`, signal, () => image.inspect());
  if (found === null || (Inspected.parse(found).RepoTags ?? []).length > 0) return;
  await driver.engine.find(`removing image ${id}`, signal, async () => {
    try {
      await image.remove();
    } catch (error) {
      // a VM of somebody's runs from it
      if (statusOf(error) !== 409) throw error;
    }
  });
}

function stemcellImage(driver: Driver, cid: StemcellCid): string {
  return `${imagePrefix(driver.config.installation)}stemcell:${cid}`;
}

async function readManifest(folder: string): Promise<StemcellManifest> {
  const file = join(folder, 'manifest.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TesseraError(
      'not_found',
      `${file} cannot be read, so there is no stemcell to import. Build the stemcell again.`,
      { cause },
    );
  });
  const parsed = StemcellManifest.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new TesseraError(
      'invalid_input',
      `${file} is no stemcell manifest: ${parsed.error.message}. Build the stemcell again.`,
    );
  return parsed.data;
}

async function importRootfs(driver: Driver, tar: string, sha256: string, signal: AbortSignal): Promise<string> {
  const name = `${imagePrefix(driver.config.installation)}rootfs:${sha256.slice(0, 16)}`;
  const twin = await findImage(
    driver,
    signal,
    `${LABEL.rootfs}=${sha256}`,
    (labels) => labels[LABEL.stemcell] === undefined,
  );
  if (twin?.RepoTags?.includes(name)) return name;
  if (twin !== null) {
    await tag(driver, twin.Id, name, signal);
    return name;
  }
  await access(tar).catch((cause: unknown) => {
    throw new TesseraError('not_found', `${tar} cannot be read. Build the stemcell again.`, { cause });
  });
  await importImage(driver, { tar, name, labels: { [LABEL.rootfs]: sha256 }, doing: `importing ${tar}` }, signal);
  return name;
}

type Layering = { rootfs: string; layers: string[]; cid: StemcellCid; images: string };

async function commitLayers(
  driver: Driver,
  { rootfs, layers, cid, images }: Layering,
  signal: AbortSignal,
): Promise<void> {
  const { docker } = driver.engine;
  const labels = { [LABEL.installation]: driver.config.installation };
  const name = `${driver.config.installation}-import-${cid}`;
  // what an import that was killed left behind
  await driver.engine.find(`clearing up before stemcell ${cid}`, signal, () =>
    docker.getContainer(name).remove({ force: true, v: true }),
  );
  const container = await driver.engine.call(`preparing stemcell ${cid}`, signal, (abortSignal) =>
    docker.createContainer({ name, Image: rootfs, Cmd: ['/bin/true'], Labels: labels, abortSignal }),
  );
  try {
    for (const layer of layers) {
      await driver.engine.call(
        `unpacking ${layer}`,
        signal,
        async (abortSignal) => {
          await readAnswer(await container.putArchive(createReadStream(layer), { path: '/', abortSignal }));
        },
        IMPORT_DEADLINE_MS,
      );
    }
    const { repo, tag: version } = splitName(stemcellImage(driver, cid));
    // the container's own label must not stay in the image, which another installation may name too
    const changes = labelChanges({ [LABEL.stemcell]: cid, [LABEL.images]: images, [LABEL.installation]: '' });
    await driver.engine.call(
      `storing stemcell ${cid}`,
      signal,
      (abortSignal) => container.commit({ repo, tag: version, changes, abortSignal }),
      IMPORT_DEADLINE_MS,
    );
  } finally {
    await driver.engine.find(`clearing up after stemcell ${cid}`, AbortSignal.timeout(60_000), () =>
      container.remove({ force: true, v: true }),
    );
  }
}

/** An image is found by its label under any installation's name: what is in it depends on its digest alone. */
async function findImage(
  driver: Driver,
  signal: AbortSignal,
  label: string,
  fits: (labels: Record<string, string>) => boolean = () => true,
): Promise<ImageRow | null> {
  const rows = await driver.engine.call('listing images', signal, (abortSignal) =>
    driver.engine.docker.listImages({ filters: { label: [label] }, abortSignal }),
  );
  // a stemcell inherits the labels of the layer it stands on, so the filter alone is not enough
  const found = z.array(ImageRow).parse(rows);
  return found.find((row) => fits(row.Labels ?? {})) ?? null;
}

async function tag(driver: Driver, id: string, name: string, signal: AbortSignal): Promise<void> {
  const { repo, tag: version } = splitName(name);
  await driver.engine.call(`naming image ${name}`, signal, (abortSignal) =>
    driver.engine.docker.getImage(id).tag({ repo, tag: version, abortSignal }),
  );
}
