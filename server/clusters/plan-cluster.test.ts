import { describe, expect, test } from 'vitest';
import { Manifest } from '#model/manifest.ts';
import { referencesOf } from '#server/deployments/resolve-references.ts';
import { CLOUD_CONFIG, clusterManifest, PLAN, SERVICE } from './cluster-fixture.ts';
import { masterAddressName, planCluster } from './plan-cluster.ts';

const groupOf = (manifest: Manifest, name: string) => manifest.instance_groups.find((group) => group.name === name);
const jobOf = (manifest: Manifest, group: string, job: string) =>
  groupOf(manifest, group)?.jobs.find((candidate) => candidate.name === job);
const variableOf = (manifest: Manifest, name: string) => manifest.variables.find((variable) => variable.name === name);

describe('the deployment of a cluster', () => {
  test.each([1, 3, 5] as const)('has %i masters with a disk and its workers without one', (masterInstances) => {
    const manifest = clusterManifest({ plan: { masterInstances }, cluster: { workerInstances: 4 } });
    expect(Manifest.parse(manifest)).toEqual(manifest);
    expect(manifest.name).toBe('service-instance_0f4e2c6e-7d0b-4c59-9c39-6f7d4a7f2a11');
    expect(groupOf(manifest, 'master')).toMatchObject({
      instances: masterInstances,
      persistent_disk: 5120,
      vm_type: 'small',
      azs: ['az1', 'az2', 'az3'],
      network: 'service-network',
    });
    expect(groupOf(manifest, 'worker')).toMatchObject({ instances: 4, persistent_disk: 0, vm_type: 'medium' });
  });

  test('changes one instance at a time, so that three masters keep their quorum', () => {
    expect(clusterManifest({ plan: { masterInstances: 3 } }).update).toMatchObject({ canaries: 1, max_in_flight: 1 });
  });

  test('has an address of its own, tags that lead back to the cluster, and proves itself after the add-ons', () => {
    const manifest = clusterManifest();
    expect(manifest.addresses).toEqual([{ name: masterAddressName, network: 'service-network' }]);
    expect(manifest.tags).toMatchObject({ cluster: '0f4e2c6e-7d0b-4c59-9c39-6f7d4a7f2a11', plan: 'small' });
    expect(manifest.post_deploy_errands.map((errand) => `${errand.group}/${errand.job}`)).toEqual([
      'master/apply-addons',
      'master/smoke-tests',
    ]);
  });

  test('counts what pods may request by the VM type of each group', () => {
    const manifest = clusterManifest();
    expect(jobOf(manifest, 'master', 'kubelet')?.properties).toMatchObject({
      machine_memory_mib: 1024,
      machine_cpus: 1,
      control_plane: true,
    });
    expect(jobOf(manifest, 'worker', 'kubelet')?.properties).toMatchObject({
      machine_memory_mib: 2048,
      machine_cpus: 2,
      control_plane: false,
    });
  });

  test('hands the networks of the form to every job that needs them', () => {
    const manifest = clusterManifest({
      service: { podNetworkCidr: '172.20.0.0/16', serviceNetworkCidr: '172.21.0.0/24' },
    });
    expect(jobOf(manifest, 'master', 'kube-apiserver')?.properties.service_cluster_ip_range).toBe('172.21.0.0/24');
    expect(jobOf(manifest, 'master', 'kube-controller-manager')?.properties.cluster_cidr).toBe('172.20.0.0/16');
    expect(jobOf(manifest, 'worker', 'kubelet')?.properties.cluster_dns).toBe('172.21.0.10');
    expect(jobOf(manifest, 'worker', 'flanneld')?.properties.cluster_cidr).toBe('172.20.0.0/16');
    expect(variableOf(manifest, 'tls-kubernetes')?.options.alternative_names).toContain('172.21.0.1');
  });

  test.each([
    [1, 1],
    [2, 2],
    [9, 2],
  ])('with %i workers it has %i DNS pods', (workerInstances, pods) => {
    const manifest = clusterManifest({ cluster: { workerInstances } });
    expect(jobOf(manifest, 'master', 'cluster-base')?.properties.dns_replicas).toBe(pods);
  });

  test('keeps its volumes in a folder of its own', () => {
    const manifest = clusterManifest();
    expect(jobOf(manifest, 'master', 'cluster-base')?.properties.datastore).toBe(
      `/var/vcap/datastore/${manifest.name}`,
    );
  });

  test('refuses a network that is none and a VM type that is gone', () => {
    expect(() => clusterManifest({ service: { serviceNetworkCidr: '10.100.200.0/40' } })).toThrow(
      'Service network CIDR 10.100.200.0/40 is no network',
    );
    expect(() => clusterManifest({ service: { serviceNetworkCidr: '10.100.200.0/29' } })).toThrow('too small');
    expect(() => clusterManifest({ plan: { workerVmType: 'huge' } })).toThrow(
      'Plan small wants VM type huge for its workers',
    );
  });
});

describe('credentials of a cluster', () => {
  test.each([1, 3, 5] as const)('%i masters each get certificates with their own address', (masterInstances) => {
    const manifest = clusterManifest({ plan: { masterInstances } });
    const api = variableOf(manifest, 'tls-kubernetes');
    expect(api).toMatchObject({ per_instance: true, groups: ['master'] });
    expect(api?.options.alternative_names).toEqual([
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      'localhost',
      'demo.example.com',
      '10.100.200.1',
      '127.0.0.1',
      '{{ addresses.vip }}',
      '{{ spec.address }}',
    ]);
    expect(variableOf(manifest, 'tls-etcd')).toMatchObject({ per_instance: true, groups: ['master'] });
    expect(variableOf(manifest, 'tls-kubelet')?.options).toMatchObject({
      common_name: 'system:node:{{ spec.hostname }}',
      organization: 'system:nodes',
    });
  });

  test('an external host name that is an address is valid as one', () => {
    const manifest = clusterManifest({ cluster: { externalHostname: '10.0.10.10' } });
    expect(variableOf(manifest, 'tls-kubernetes')?.options.alternative_names).toContain('10.0.10.10');
  });

  test('every reference of a job is to a declared variable, and every variable but the CAs is used', () => {
    const manifest = clusterManifest({ plan: { masterInstances: 3 } });
    const used = new Set(referencesOf(manifest.instance_groups));
    const signers = new Set(manifest.variables.map((variable) => variable.options.ca));
    const declared = manifest.variables.map((variable) => variable.name);
    expect([...used].filter((name) => !declared.includes(name))).toEqual([]);
    expect(declared.filter((name) => !used.has(name) && !signers.has(name))).toEqual([]);
  });

  test('the manifest holds references and no secret; add-ons cannot smuggle a reference in', () => {
    const addonsSpec = 'command: ["echo", "$((1))", "((/tessera/ca/root))"]';
    const manifest = clusterManifest({ plan: { addonsSpec } });
    const text = JSON.stringify(manifest);
    expect(text).not.toContain('PRIVATE KEY');
    expect(text).not.toContain('/tessera/ca/root');
    expect(referencesOf(manifest)).not.toContain('/tessera/ca/root');
    const spec = jobOf(manifest, 'master', 'apply-addons')?.properties.addons_spec_base64;
    expect(Buffer.from(String(spec), 'base64').toString()).toBe(addonsSpec);
  });

  test('is the same for the same input', () => {
    const input = {
      cluster: { uuid: 'u', name: 'n', externalHostname: 'h', port: 8443, workerInstances: 1 },
      plan: PLAN,
      cloudConfig: CLOUD_CONFIG,
      service: SERVICE,
    };
    expect(JSON.stringify(planCluster(input))).toBe(JSON.stringify(planCluster(input)));
  });
});
