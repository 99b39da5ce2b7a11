import { request } from 'undici';
import { z } from 'zod';
import type { KubeApi } from '#server/kubernetes/kube-api.ts';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { placeObjects } from './kube-objects.ts';
import type { Sample } from './sample.ts';

/** Owner of the fields in the cluster: applying again is no conflict with ourselves. */
const FIELD_MANAGER = 'tessera-sample';
const LOOK_MS = 500;
const APPLY_MS = 10_000;
/** Between ready pods and a node port that answers lies kube-proxy's next round. */
const ANSWER_WITHIN_MS = 15_000;

export type SampleWork = {
  api: KubeApi;
  clock: Clock;
  log: (line: string) => Promise<void>;
  signal: AbortSignal;
};

const Keeper = z.object({
  metadata: z.object({ generation: z.number().default(0) }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      readyReplicas: z.number().default(0),
      updatedReplicas: z.number().optional(),
    })
    .prefault({}),
});
const PodList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({
        phase: z.string().default('Pending'),
        containerStatuses: z
          .array(z.object({ state: z.object({ waiting: z.object({ reason: z.string() }).optional() }).optional() }))
          .default([]),
      }),
    }),
  ),
});
const Service = z.object({ spec: z.object({ ports: z.array(z.object({ nodePort: z.number().optional() })) }) });

/** Applies a sample's objects, waits until its pods are ready, and answers the node port of its Service. Idempotent. */
export async function applySample(work: SampleWork, sample: Sample, image: string): Promise<{ nodePort: number }> {
  const objects = placeObjects(sample.files(image), sample.namespace);
  for (const { kind, name, path, body } of objects) {
    await work.api.send({
      method: 'PATCH',
      path: `${path}?fieldManager=${FIELD_MANAGER}&force=true`,
      body,
      patch: 'apply',
      signal: work.signal,
      timeoutMs: APPLY_MS,
    });
    await work.log(`applied ${kind} ${name}`);
  }
  const keeper = objects.find((object) => object.kind === sample.keeper.kind && object.name === sample.keeper.name);
  if (!keeper) throw new Error(`sample ${sample.id} has no ${sample.keeper.kind} ${sample.keeper.name}`);
  await waitReady(work, sample, keeper.path);
  const service = Service.parse(
    await work.api.send({
      path: `/api/v1/namespaces/${sample.namespace}/services/${sample.service}`,
      signal: work.signal,
    }),
  );
  const nodePort = service.spec.ports[0]?.nodePort;
  if (nodePort === undefined)
    throw new TesseraError('kubernetes_refused', `Service ${sample.service} has no node port.`);
  await work.log(`Service ${sample.service} answers on port ${nodePort} of every node`);
  return { nodePort };
}

async function waitReady(work: SampleWork, sample: Sample, path: string): Promise<void> {
  const { clock, log, signal } = work;
  const until = clock.monotonic() + sample.readyWithinSeconds * 1000;
  let said = '';
  while (true) {
    const keeper = Keeper.parse(await work.api.send({ path, signal }));
    const { observedGeneration, readyReplicas, updatedReplicas } = keeper.status;
    const current = observedGeneration >= keeper.metadata.generation;
    const updated = updatedReplicas ?? keeper.spec.replicas;
    const ready = Math.min(readyReplicas, updated);
    if (current && ready >= keeper.spec.replicas)
      return log(`${readyReplicas} of ${keeper.spec.replicas} pods are ready`);
    const pods = await describePods(work, sample);
    const line = `${ready} of ${keeper.spec.replicas} pods ready: ${pods || 'none yet'}`;
    if (line !== said) await log(line);
    said = line;
    if (clock.monotonic() > until) {
      throw new TesseraError(
        'unhealthy',
        `${sample.name} is not ready after ${sample.readyWithinSeconds} s: ${line}. Look at its pods with kubectl describe, then retry.`,
      );
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

async function describePods(work: SampleWork, sample: Sample): Promise<string> {
  const path = `/api/v1/namespaces/${sample.namespace}/pods`;
  const { items } = PodList.parse(await work.api.send({ path, signal: work.signal }));
  return items
    .filter((pod) => pod.metadata.name.startsWith(`${sample.keeper.name}-`))
    .map((pod) => {
      const waiting = pod.status.containerStatuses.flatMap((status) => status.state?.waiting?.reason ?? [])[0];
      const node = pod.spec.nodeName ? ` on ${pod.spec.nodeName}` : '';
      return `${pod.metadata.name} ${waiting ?? pod.status.phase}${node}`;
    })
    .join(', ');
}

/** Waits until the node port of a worker answers anything over HTTP; throws unhealthy. */
export async function waitForAnswer(
  work: Pick<SampleWork, 'clock' | 'log' | 'signal'>,
  addresses: readonly string[],
): Promise<void> {
  const [address] = addresses;
  if (address === undefined) return;
  const until = work.clock.monotonic() + ANSWER_WITHIN_MS;
  while (true) {
    const answer = await probe(address, work.signal);
    if (answer === null) return work.log(`${address} answers`);
    if (work.clock.monotonic() > until)
      throw new TesseraError('unhealthy', `${address} does not answer though the pods are ready: ${answer}`);
    await work.clock.sleep(LOOK_MS, work.signal);
  }
}

/** Null when it answered, else why not. */
async function probe(address: string, signal: AbortSignal): Promise<string | null> {
  try {
    const late = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
    const { body } = await request(address, { signal: late, reset: true });
    await body.dump();
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
