import { z } from 'zod';
import { deploymentOfCluster } from '#model/cluster.ts';
import { SampleId } from '#model/sample.ts';
import { systemClock } from '#server/platform/clock.ts';
import { logProgress } from '#server/stemcells/log-progress.ts';
import { buildElasticsearchImage } from '#stemcell/elasticsearch-image.ts';
import { DEFAULT_LINE } from '#stemcell/lines.ts';
import { defineStep } from '../step.ts';

/** Makes the image archive of a sample that the stemcell does not carry, and puts it where the VMs of the cluster see it. */
export const placeSampleImage = defineStep({
  input: z.strictObject({ cluster: z.string(), sample: SampleId }),
  interruptible: true,
  run: async ({ config, cpi, log, signal }, { cluster, sample }) => {
    if (config.cpi === 'simulated') return log('simulated infrastructure: nothing to build');
    const progress = logProgress(log, systemClock);
    const sources = { suite: DEFAULT_LINE.os, debianMirror: config.debianMirror, mavenMirror: config.mavenMirror };
    const archive = await buildElasticsearchImage(sources, { cache: config.cache, signal, progress: progress.say });
    await progress.flush();
    await cpi.addToDatastore(`${deploymentOfCluster(cluster)}/images/${sample}.tar`, archive, { signal });
    await log(`${sample}.tar is in the datastore of the cluster`);
  },
});
