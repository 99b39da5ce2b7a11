import { describe, expect, test } from 'vitest';
import { checkContainerService } from './check-container-service.ts';
import { ACTIVE, CIDR, type FactsInput, facts, NOW, plan, TLS, useTiles } from './check-fixture.ts';

useTiles();
const serviceFaults = (input: FactsInput): string[][] =>
  checkContainerService(facts(input).service).faults.map((fault) => [fault.form, fault.reference, fault.message]);

describe('the Container Service', () => {
  test('has no fault as its tile comes, and no warning', () => {
    expect(checkContainerService(facts({}).service)).toEqual({ faults: [], warnings: [] });
  });

  test.each<[string, FactsInput, string, string, string]>([
    [
      'a host name outside the certificate',
      { service: { '.properties.pks_api_hostname': 'api.k8s.example.com' } },
      'pks_api',
      TLS,
      'Certificate to secure the API: the certificate does not cover api.k8s.example.com; it covers *.pks.example.com. Generate one for this name or change the host name.',
    ],
    [
      'a wildcard over two levels',
      { service: { '.properties.pks_api_hostname': 'a.b.pks.example.com' } },
      'pks_api',
      TLS,
      'Certificate to secure the API: the certificate does not cover a.b.pks.example.com; it covers *.pks.example.com. Generate one for this name or change the host name.',
    ],
    [
      'a certificate that ended',
      { now: NOW + 31 * 86_400_000 },
      'pks_api',
      TLS,
      'Certificate to secure the API: the certificate expired on 2026-12-21. Generate a new one.',
    ],
    [
      'two masters',
      { service: { [plan(1, 'master_instances')]: 2 } },
      'plan1',
      plan(1, 'master_instances'),
      'Master/ETCD Node Instances: etcd needs 1, 3 or 5 masters, not 2. Choose one of these.',
    ],
    [
      'more workers than the maximum',
      { service: { [plan(1, 'worker_instances')]: 6, [plan(1, 'max_worker_instances')]: 5 } },
      'plan1',
      plan(1, 'worker_instances'),
      'Worker Node Instances: 6 is more than the maximum of 5 workers on a cluster. Take 5 or fewer, or raise the maximum.',
    ],
    [
      'an AZ outside the network',
      {
        director: {
          '.properties.networks': [
            { name: 'default', cidr: '10.80.0.0/24', gateway: '10.80.0.1', availability_zone_names: ['az1', 'az2'] },
          ],
        },
      },
      'plan1',
      plan(1, 'master_az_placement'),
      'Master/ETCD Availability Zones: az3 is not an AZ of the service network default. Choose among az1, az2.',
    ],
    [
      'two plans of one name',
      { service: { '.properties.plan2_selector': ACTIVE, [plan(2, 'name')]: 'small' } },
      'plan2',
      plan(2, 'name'),
      'Name: small is the name of Plan 1 too. Choose another.',
    ],
    [
      'a plan larger than the memory',
      { machineMib: 4096 },
      'plan1',
      plan(1, 'worker_instances'),
      "Plan small: larger than the machine's memory: 1 × API VM micro (512 MiB) + 1 × master small (1024 MiB) + 2 × worker small (1024 MiB) = 3584 MiB, and 2048 MiB are kept for the host, together 5632 MiB; the machine has 4096 MiB, so 1536 MiB are missing. Use fewer or smaller VMs.",
    ],
    [
      'a network too small',
      { subnet: '10.80.0.0/29', service: { [plan(1, 'worker_instances')]: 3 } },
      'plan1',
      plan(1, 'worker_instances'),
      'Plan small: the network default is too small. One cluster takes 1 masters + 3 workers + 1 address of its API, the API VM 1: 6 in all, and it has 4. Use a wider network or fewer VMs.',
    ],
    [
      'a forced drain without timeout',
      { service: { [plan(1, 'node_drain_force_node')]: true } },
      'plan1',
      plan(1, 'node_drain_timeout'),
      'Node Drain Timeout: forcing the drain after a timeout needs one. Set it above 0, or turn the force off.',
    ],
    [
      'add-ons that are no YAML',
      { service: { [plan(1, 'addons_spec')]: 'kind: Pod\n---\nkind: [' } },
      'plan1',
      plan(1, 'addons_spec'),
      'Add-ons: document 2 is no good YAML',
    ],
    [
      'pods over the VMs',
      { service: { [CIDR('pod_network_cidr')]: '10.80.0.0/16' } },
      'networking',
      CIDR('pod_network_cidr'),
      "Pod network: 10.80.0.0/16 overlaps 10.80.0.0/24 of the director's network default. Choose a range of its own.",
    ],
    [
      'services over pods',
      { service: { [CIDR('service_cluster_cidr')]: '10.200.3.0/24' } },
      'networking',
      CIDR('service_cluster_cidr'),
      'Service network: 10.200.3.0/24 overlaps 10.200.0.0/16 of the pod network. Choose a range of its own.',
    ],
    [
      'a CIDR with host bits',
      { service: { [CIDR('pod_network_cidr')]: '10.200.1.0/16' } },
      'networking',
      CIDR('pod_network_cidr'),
      'Pod network: 10.200.1.0/16 has host bits set; the block is 10.200.0.0/16.',
    ],
    [
      'a pod network for two nodes',
      { service: { [CIDR('pod_network_cidr')]: '10.200.0.0/23' } },
      'networking',
      CIDR('pod_network_cidr'),
      'Pod network: 10.200.0.0/23 has room for 2 nodes of a /24 each, but plan small has 3. Take a wider range.',
    ],
    [
      'a service network without room',
      { service: { [CIDR('service_cluster_cidr')]: '10.100.200.0/28' } },
      'networking',
      CIDR('service_cluster_cidr'),
      'Service network: 10.100.200.0/28 is too small. Take a /27 or wider.',
    ],
    [
      'another infrastructure',
      { service: { '.properties.cloud_provider': 'vSphere' } },
      'cloud_provider',
      '.properties.cloud_provider',
      'Choose your IaaS: it is vSphere here and Embedded in the BOSH Director. Choose Embedded.',
    ],
    [
      'refresh below access',
      { service: { '.properties.uaa_pks_cli_refresh_token_lifetime': 60 } },
      'uaa',
      '.properties.uaa_pks_cli_refresh_token_lifetime',
      "Refresh token lifetime: 60 s is shorter than the access token's 600 s. Take 600 or more.",
    ],
    [
      'a CNI that is not there',
      { service: { '.properties.network_selector': 'nsx' } },
      'networking',
      '.properties.network_selector',
      'Container Networking Interface: nsx is not available in this version. Choose Flannel.',
    ],
    [
      'syslog over TLS by UDP',
      {
        service: {
          '.properties.syslog_selector': 'enabled',
          '.properties.syslog_selector.enabled.transport_protocol': 'udp',
          '.properties.syslog_selector.enabled.permitted_peer': 'x',
          '.properties.syslog_selector.enabled.ca_cert': 'x',
        },
      },
      'host_monitoring',
      '.properties.syslog_selector.enabled.transport_protocol',
      'Transport protocol: TLS needs tcp, not udp. Choose TCP or turn TLS off.',
    ],
    [
      'a plan in use made inactive',
      { clustersByPlan: new Map([['medium', { names: ['demo'], masters: 3 }]]) },
      'plan1',
      '.properties.plan1_selector',
      'Plans: clusters demo use plan medium. Keep it active under this name, or delete them first.',
    ],
    [
      'masters of a plan in use',
      { clustersByPlan: new Map([['small', { names: ['demo', 'es'], masters: 3 }]]) },
      'plan1',
      plan(1, 'master_instances'),
      'Master/ETCD Node Instances: clusters demo, es use this plan with 3. Put 3 back, or delete them first.',
    ],
  ])('is told of %s', (_, input, form, reference, sentence) => {
    const faults = serviceFaults(input);
    expect(faults.map(([name, at]) => [name, at])).toContainEqual([form, reference]);
    expect(faults.map(([, , message]) => message).join('\n')).toContain(sentence);
  });

  test('is warned of masters in one AZ and of settings without effect', () => {
    const service = {
      [plan(1, 'master_instances')]: 3,
      [plan(1, 'master_az_placement')]: ['az1'],
      '.properties.wavefront': 'enabled',
    };
    expect(checkContainerService(facts({ service }).service).warnings).toEqual([
      'Plan small: 3 masters in one AZ fall together with it. Choose two AZs or more.',
      'Kept, but without effect in this version: Wavefront Integration (In-Cluster Monitoring).',
    ]);
  });
});
