import type { SampleId } from '#model/sample.ts';
import { elasticsearch } from './elasticsearch.ts';
import { nginx } from './nginx.ts';
import { orders } from './orders.ts';
import type { Sample } from './sample.ts';

/** Every sample; a forgotten one does not compile. */
export const knownSamples = { nginx, orders, elasticsearch } satisfies Record<SampleId, Sample>;
