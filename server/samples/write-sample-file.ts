import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { SampleId } from '#model/sample.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize } from '#server/identity/authorize.ts';
import { knownSamples } from './known-samples.ts';
import { readSample } from './list-samples.ts';
import { postmanCollection } from './postman-collection.ts';
import { readSampleImage } from './sample-image.ts';

export const SampleFileKind = z.enum(['yaml', 'postman']);
export type SampleFileKind = z.infer<typeof SampleFileKind>;

/** Where the zip's own times would differ each time; the earliest a zip can name. */
const EPOCH = new Date(1980, 0, 1);

/** A file of a sample for download: `yaml` a zip of its YAML files and the collection, `postman` the collection alone. Throws not_found, forbidden. */
export async function writeSampleFile(
  tx: Tx,
  wanted: { cluster: string; sample: SampleId; kind: SampleFileKind },
  actor: Actor,
): Promise<{ name: string; type: string; content: Buffer }> {
  const cluster = await findClusterRow(tx, wanted.cluster, 'read');
  authorize(actor, 'view-cluster', { ownedBy: cluster.owner });
  const view = await readSample(tx, cluster, wanted.sample);
  const collection = {
    name: `${view.id}_Requests.postman_collection.json`,
    content: `${JSON.stringify(postmanCollection(view), null, 2)}\n`,
  };
  if (wanted.kind === 'postman')
    return { name: collection.name, type: 'application/json', content: Buffer.from(collection.content) };
  const sample = knownSamples[wanted.sample];
  const files = [...sample.files(await readSampleImage(tx, sample)), collection];
  const zip = new ZipFile();
  for (const { name, content } of files) zip.addBuffer(Buffer.from(content), `${view.id}/${name}`, { mtime: EPOCH });
  zip.end();
  return { name: `${view.id}.zip`, type: 'application/zip', content: await buffer(zip.outputStream) };
}
