import { eq } from 'drizzle-orm';
import { stemcells } from '#db/schema/stemcells.ts';
import type { Tx } from '#db/transaction.ts';
import { StemcellManifest } from '#model/stemcell.ts';
import { IMAGE_REGISTRY } from '#stemcell/lines.ts';
import type { Sample } from './sample.ts';

/** Full name of a sample's image: with the version that the stemcell carries, where the sample does not name one. */
export async function readSampleImage(tx: Tx, sample: Sample): Promise<string> {
  const repository = `${IMAGE_REGISTRY}/${sample.image.repository}`;
  if (sample.image.version !== null) return `${repository}:${sample.image.version}`;
  const rows = await tx.db
    .select({ manifest: stemcells.manifest })
    .from(stemcells)
    .where(eq(stemcells.state, 'ready'))
    .limit(10);
  const images = rows.flatMap(({ manifest }) => (manifest === null ? [] : StemcellManifest.parse(manifest).images));
  // simulated stemcells carry no images
  return images.find((image) => image.startsWith(`${repository}:`)) ?? repository;
}

/** All files of a sample as one, for `kubectl create -f`. */
export const manifestOf = (sample: Sample, image: string): string =>
  sample
    .files(image)
    .map((file) => file.content)
    .join('---\n');
