import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { SampleId } from '#model/sample.ts';
import { deleteSample } from '#server/samples/delete-sample.ts';
import { knownSamples } from '#server/samples/known-samples.ts';
import { noteRemovedSample } from '#server/samples/note-sample.ts';
import { readSampleImage } from '#server/samples/sample-image.ts';
import { defineStep } from '../step.ts';
import { withKubeApi } from '../with-kube-api.ts';

/** Deletes a sample's objects, its volume last, and forgets it. */
export const removeSampleStep = defineStep({
  input: z.strictObject({ cluster: z.string(), sample: SampleId }),
  interruptible: true,
  run: async (context, { cluster, sample: id }) => {
    const { pool, clock, log, signal } = context;
    const sample = knownSamples[id];
    if (context.config.cpi === 'simulated')
      await log('simulated infrastructure: there is no cluster to remove it from');
    else {
      const image = await inTransaction(pool, (tx) => readSampleImage(tx, sample));
      await withKubeApi(context, cluster, (api) => deleteSample({ api, clock, log, signal }, sample, image));
    }
    await inTransaction(pool, (tx) => noteRemovedSample(tx, { cluster, sample: id }));
  },
});
