import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Kubectl } from './command-line.ts';

const nginx = 'registry.tessera.local/nginx:1.26.3';
const busybox = 'registry.tessera.local/busybox:1.37.0';
const deadline = '--timeout=60s';

const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      spec: z.object({ unschedulable: z.boolean().optional() }),
      status: z.object({
        addresses: z.array(z.object({ type: z.string(), address: z.string() })),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })),
      }),
    }),
  ),
});

export interface Node {
  name: string;
  address: string;
  zone: string;
  /** As `kubectl get nodes` says it: `Ready`, `Ready,SchedulingDisabled`, `NotReady`. */
  status: string;
}

export async function readNodes(kubectl: Kubectl): Promise<Node[]> {
  const { items } = Nodes.parse(JSON.parse(await kubectl('get', 'nodes', '-o', 'json')));
  return items.map(({ metadata, spec, status }) => {
    const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return {
      name: metadata.name,
      address: status.addresses.find((entry) => entry.type === 'InternalIP')?.address ?? '',
      zone: metadata.labels['topology.kubernetes.io/zone'] ?? '',
      status: `${isReady ? 'Ready' : 'NotReady'}${spec.unschedulable ? ',SchedulingDisabled' : ''}`,
    };
  });
}

/** Two replicas on two nodes behind a NodePort; answers that port. */
export async function deployWeb(kubectl: Kubectl): Promise<number> {
  const labels = { app: 'web' };
  const spread = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: labels },
  };
  await apply(
    kubectl,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { topologySpreadConstraints: [spread], containers: [{ name: 'nginx', image: nginx }] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }] },
    },
  );
  await kubectl('rollout', 'status', 'deployment/web', deadline);
  return Number(await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.ports[0].nodePort}'));
}

/** Names of the pods that answer at `url`, of as many requests as it takes to hear `count` different ones. */
export async function hearPods(url: string, count: number): Promise<Set<string>> {
  const heard = new Set<string>();
  await expect
    .poll(
      async () => {
        const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2_000) });
        heard.add((await answer.text()).trim());
        return heard.size;
      },
      { timeout: 20_000, intervals: [50] },
    )
    .toBe(count);
  return heard;
}

/** Runs a command in a pod of its own until it ends well; answers what it printed. */
export async function runInPod(kubectl: Kubectl, name: string, command: string[]): Promise<string> {
  await kubectl('run', name, `--image=${busybox}`, '--restart=Never', '--', ...command);
  await kubectl('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', deadline);
  const printed = await kubectl('logs', name);
  await kubectl('delete', 'pod', name, '--wait=false');
  return printed;
}

export async function claimVolume(kubectl: Kubectl, name: string): Promise<void> {
  await apply(kubectl, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
  });
}

/** A pod that holds the volume at /data and waits; answers the node it runs on. */
export async function startHolder(kubectl: Kubectl, name: string, claim: string): Promise<string> {
  await apply(kubectl, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'holder',
          image: busybox,
          command: ['sleep', '3600'],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  });
  await kubectl('wait', `pod/${name}`, '--for=condition=Ready', deadline);
  return (await kubectl('get', 'pod', name, '-o', 'jsonpath={.spec.nodeName}')).trim();
}

async function apply(kubectl: Kubectl, ...objects: object[]): Promise<void> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'tessera-workload-')), 'objects.yml');
  writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
  await kubectl('apply', '-f', file);
}
