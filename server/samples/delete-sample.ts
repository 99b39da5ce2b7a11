import { z } from 'zod';
import { TesseraError, tesseraErrorOf } from '#server/platform/error.ts';
import type { SampleWork } from './apply-sample.ts';
import { type PlacedObject, placeObjects } from './kube-objects.ts';
import type { Sample } from './sample.ts';

const LOOK_MS = 300;
const GONE_WITHIN_MS = 90_000;
/** Names of the pods are all that is looked at. */
const PodList = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/**
 * Deletes everything of a sample: first what keeps pods, then, when they are gone, the claims with their volumes. A claim that a pod still
 * mounts would only be marked, and deleting in the foreground waits for ever on a volume whose claim is left. Gone already is fine.
 */
export async function deleteSample(work: SampleWork, sample: Sample, image: string): Promise<void> {
  const objects = placeObjects(sample.files(image), sample.namespace);
  const claims = objects.filter((object) => object.kind === 'PersistentVolumeClaim');
  const others = objects.filter((object) => object.kind !== 'PersistentVolumeClaim').reverse();
  for (const object of others) await remove(work, object);
  await waitGone(work, `pods of ${sample.keeper.name}`, () => countPods(work, sample));
  for (const claim of claims) {
    await remove(work, claim);
    await waitGone(work, `claim ${claim.name}`, async () => ((await exists(work, claim)) ? 1 : 0));
  }
}

async function remove(work: SampleWork, { kind, name, path }: PlacedObject): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  try {
    await work.api.send({ method: 'DELETE', path, body, signal: work.signal });
    await work.log(`deleted ${kind} ${name}`);
  } catch (error) {
    if (tesseraErrorOf(error)?.code !== 'not_found') throw error;
    await work.log(`${kind} ${name} was gone`);
  }
}

async function exists(work: SampleWork, { path }: PlacedObject): Promise<boolean> {
  try {
    await work.api.send({ path, signal: work.signal });
    return true;
  } catch (error) {
    if (tesseraErrorOf(error)?.code === 'not_found') return false;
    throw error;
  }
}

async function countPods(work: SampleWork, sample: Sample): Promise<number> {
  const path = `/api/v1/namespaces/${sample.namespace}/pods`;
  const { items } = PodList.parse(await work.api.send({ path, signal: work.signal }));
  return items.filter((pod) => pod.metadata.name.startsWith(`${sample.keeper.name}-`)).length;
}

async function waitGone(work: SampleWork, what: string, left: () => Promise<number>): Promise<void> {
  const until = work.clock.monotonic() + GONE_WITHIN_MS;
  while (true) {
    const count = await left();
    if (count === 0) return work.log(`${what}: gone`);
    if (work.clock.monotonic() > until)
      throw new TesseraError(
        'unhealthy',
        `${what} are still there after ${GONE_WITHIN_MS / 1000} s (${count}). Their node may be down; retry when it is back.`,
      );
    await work.clock.sleep(LOOK_MS, work.signal);
  }
}
