import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { RenderedSpec } from '#model/job.ts';
import type { Manifest } from '#model/manifest.ts';
import { readBuiltInJob } from '#server/deployments/read-jobs.ts';
import { readSources, renderInstance } from '#server/deployments/render-spec.ts';
import { clusterFacts, clusterManifest } from './cluster-fixture.ts';

async function render(
  manifest: Manifest,
  instanceId: string,
  asked: Set<string> = new Set(),
  seeded?: string,
): Promise<RenderedSpec> {
  const sources = await readSources(manifest, readBuiltInJob);
  const facts = clusterFacts(manifest);
  for (const instance of facts.instances) instance.seeded = instance.id === seeded;
  return renderInstance(facts, instanceId, sources, async (name) => {
    asked.add(name);
    return {
      ca: `ca of ${name}`,
      certificate: `certificate of ${name}`,
      private_key: `private key of ${name}`,
      public_key: `public key of ${name}`,
    };
  });
}

function fileOf(spec: RenderedSpec, job: string, path: string): string {
  const file = spec.jobs
    .find((candidate) => candidate.name === job)
    ?.files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${job} has no file ${path}`);
  return file.content;
}

const THREE = clusterManifest({ plan: { masterInstances: 3 } });

describe('jobs of a cluster', () => {
  test.each(['master-id-0', 'master-id-2', 'worker-id-1'])(
    'every script of %s is good bash and executable',
    async (id) => {
      const spec = await render(THREE, id);
      const scripts = spec.jobs.flatMap((job) => job.files.filter((file) => file.path.startsWith('bin/')));
      expect(scripts.length).toBeGreaterThan(5);
      for (const script of scripts) {
        expect(script.mode).toBe('0755');
        expect(script.content.startsWith('#!/bin/bash\n'), script.path).toBe(true);
        execFileSync('bash', ['-n'], { input: script.content });
      }
    },
  );

  test('every program, script and errand that a job names is one of its files', async () => {
    for (const id of ['master-id-0', 'worker-id-0']) {
      for (const job of (await render(THREE, id)).jobs) {
        const paths = job.files.map((file) => file.path);
        const own = job.processes
          .map((process) => process.command[0] ?? '')
          .filter((program) => program.startsWith('/var/vcap/jobs/'))
          .map((program) => program.replace(`/var/vcap/jobs/${job.name}/`, ''));
        const named = [...own, ...Object.values(job.scripts), ...(job.errand ? [job.errand] : [])];
        const finish = job.processes.flatMap((process) => process.finish ?? []);
        expect(paths).toEqual(expect.arrayContaining([...named, ...finish]));
      }
    }
  });

  test('keepalived gets one peer a line: it drops a second one on the same line', async () => {
    const text = fileOf(await render(THREE, 'master-id-1'), 'keepalived', 'config/keepalived.conf');
    expect(text).toContain('  unicast_peer {\n    10.0.10.11\n    10.0.10.13\n  }\n');
    expect(text).toContain('  priority 100\n');
    expect(text).toContain('  nopreempt\n');
    expect(text).toContain('    10.0.10.10/32 dev eth0\n');
  });

  test('keepalived of a single master has no peers and a multicast group of its own', async () => {
    const text = fileOf(await render(clusterManifest(), 'master-id-0'), 'keepalived', 'config/keepalived.conf');
    expect(text).not.toContain('unicast_peer');
    expect(text).not.toContain('nopreempt');
    expect(text).toContain('  vrrp_mcast_group4 239.0.10.10\n');
  });

  test('etcd begins with all members; once one of them had data, the others may only join', async () => {
    const spec = await render(THREE, 'master-id-2');
    expect(fileOf(spec, 'etcd', 'bin/etcd')).toContain(
      'initial_cluster=master-0=https://10.0.10.11:2380,master-1=https://10.0.10.12:2380,master-2=https://10.0.10.13:2380\n',
    );
    expect(fileOf(spec, 'etcd', 'bin/etcd')).toContain('--name=master-2 \\');
    expect(fileOf(spec, 'etcd-membership', 'config/joins').trim()).toBe('false');
    const begun = await render(THREE, 'master-id-2', new Set(), 'master-id-0');
    expect(fileOf(begun, 'etcd-membership', 'config/joins').trim()).toBe('true');
    // else the next apply would restart every member
    expect(begun.jobs.find((job) => job.name === 'etcd')).toEqual(spec.jobs.find((job) => job.name === 'etcd'));
  });

  test('programs elect a leader only where there is more than one', async () => {
    const alone = fileOf(await render(clusterManifest(), 'master-id-0'), 'kube-scheduler', 'bin/kube-scheduler');
    const many = fileOf(await render(THREE, 'master-id-0'), 'kube-scheduler', 'bin/kube-scheduler');
    expect(alone).toContain('--leader-elect=false');
    expect(many).toContain('--leader-elect=true');
  });

  test.each([true, false])('privileged containers are allowed by the plan only (%s)', async (allowPrivileged) => {
    const manifest = clusterManifest({ plan: { allowPrivileged } });
    expect(fileOf(await render(manifest, 'master-id-0'), 'kube-apiserver', 'bin/kube-apiserver')).toContain(
      `--allow-privileged=${allowPrivileged} \\`,
    );
  });

  test('a master is tainted, a worker is not, and nodes say who and where they are', async () => {
    const master = await render(THREE, 'master-id-0');
    const worker = await render(THREE, 'worker-id-1');
    const Kubelet = z.object({ registerWithTaints: z.array(z.object({ key: z.string() })).optional() });
    const taintsOf = (spec: RenderedSpec) =>
      Kubelet.parse(parse(fileOf(spec, 'kubelet', 'config/kubelet.yml'))).registerWithTaints?.map((taint) => taint.key);
    expect(taintsOf(master)).toEqual(['node-role.kubernetes.io/control-plane', 'node.kubernetes.io/unschedulable']);
    expect(taintsOf(worker)).toBeUndefined();
    const script = fileOf(worker, 'kubelet', 'bin/kubelet');
    expect(script).toContain('--hostname-override=worker-1 \\');
    expect(script).toContain(
      '--node-labels=topology.kubernetes.io/zone=az2,bosh.id=worker-id-1,bosh.zone=az2,spec.ip=10.0.10.22\n',
    );
    expect(script).toContain('api=https://10.0.10.10:8443\n');
  });

  test('drain prints one number and moves pods on workers only', async () => {
    expect(fileOf(await render(THREE, 'master-id-0'), 'kubelet', 'bin/drain')).not.toContain('kubectl drain');
    expect(fileOf(await render(THREE, 'worker-id-0'), 'kubelet', 'bin/drain')).toContain('kubectl drain worker-0');
  });

  test('every object of the base is good YAML behind the path it is sent to', async () => {
    const text = fileOf(await render(THREE, 'master-id-0'), 'cluster-base', 'config/objects.yml');
    const Named = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });
    const objects = parseAllDocuments(text).map((document) => {
      expect(document.errors).toEqual([]);
      return Named.parse(document.toJS());
    });
    const paths = [...text.matchAll(/^# PATCH (\S+)$/gm)].map((found) => found[1] ?? '');
    expect(paths.length).toBe(objects.length);
    expect(paths.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual(
      objects.map((object) => object.metadata.name),
    );
    expect(text).toContain('{"sharedFileSystemPath": "/var/vcap/datastore/service-instance_');
  });

  test("a plan's add-ons come through unchanged", async () => {
    const addonsSpec = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: '{{ c }} $((1)) ((d))'}\n";
    const spec = await render(clusterManifest({ plan: { addonsSpec } }), 'master-id-0');
    expect(fileOf(spec, 'apply-addons', 'config/addons.yml').trimEnd()).toBe(addonsSpec.trimEnd());
  });

  test('a worker gets its own credentials and none of the masters', async () => {
    const asked = new Set<string>();
    await render(THREE, 'worker-id-0', asked);
    expect([...asked].sort()).toEqual(['tls-flannel', 'tls-kube-proxy', 'tls-kubelet', 'tls-kubelet-drain']);
  });

  test("nothing of an instance's spec depends on the number of workers", async () => {
    const before = (await render(THREE, 'worker-id-0')).digest;
    expect((await render(THREE, 'worker-id-0')).digest).toBe(before);
    const more = clusterManifest({ plan: { masterInstances: 3 }, cluster: { workerInstances: 9 } });
    expect((await render(more, 'worker-id-0')).digest).toBe(before);
    expect((await render(more, 'master-id-1')).digest).toBe((await render(THREE, 'master-id-1')).digest);
  });
});
