import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { SampleId } from '#model/sample.ts';
import { applySample, waitForAnswer } from '#server/samples/apply-sample.ts';
import { knownSamples } from '#server/samples/known-samples.ts';
import { readSample } from '#server/samples/list-samples.ts';
import { noteDeployedSample } from '#server/samples/note-sample.ts';
import { readSampleImage } from '#server/samples/sample-image.ts';
import { defineStep } from '../step.ts';
import { withKubeApi } from '../with-kube-api.ts';

/** Applies a sample to a cluster, waits until its pods are ready and its port answers, and records it. */
export const deploySampleStep = defineStep({
  input: z.strictObject({ cluster: z.string(), sample: SampleId }),
  interruptible: true,
  run: async (context, { cluster, sample: id }) => {
    const { pool, clock, log, signal } = context;
    if (context.config.cpi === 'simulated') {
      await log('simulated infrastructure: there is no cluster to deploy to');
      await inTransaction(pool, (tx) => noteDeployedSample(tx, { cluster, sample: id }, 30_080));
      return;
    }
    const sample = knownSamples[id];
    const image = await inTransaction(pool, (tx) => readSampleImage(tx, sample));
    const { nodePort } = await withKubeApi(context, cluster, (api) =>
      applySample({ api, clock, log, signal }, sample, image),
    );
    const { addresses } = await inTransaction(pool, async (tx) => {
      await noteDeployedSample(tx, { cluster, sample: id }, nodePort);
      return readSample(tx, { uuid: cluster }, id);
    });
    await waitForAnswer({ clock, log, signal }, addresses);
  },
});
