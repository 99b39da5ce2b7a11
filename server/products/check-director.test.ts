import { describe, expect, test } from 'vitest';
import { checkDirector } from './check-director.ts';
import { type FactsInput, facts, useTiles } from './check-fixture.ts';

useTiles();
const directorFaults = (input: FactsInput): string[][] =>
  checkDirector(facts(input).director).faults.map((fault) => [fault.form, fault.path, fault.message]);

describe('the director', () => {
  const network = (more: Record<string, unknown>) => ({
    name: 'default',
    cidr: '10.80.0.0/24',
    gateway: '10.80.0.1',
    availability_zone_names: ['az1', 'az2', 'az3'],
    ...more,
  });
  const NETWORKS = '.properties.networks';

  test('has no fault as its tile comes', () => {
    expect(checkDirector(facts({}).director)).toEqual({ faults: [], warnings: [] });
  });

  test.each<[string, FactsInput, string, string, string]>([
    [
      'overlapping subnets',
      {
        director: {
          [NETWORKS]: [network({}), network({ name: 'other', cidr: '10.80.0.128/25', gateway: '10.80.0.129' })],
        },
      },
      'networks',
      `${NETWORKS}[1].cidr`,
      'Networks, record 2: 10.80.0.128/25 of other overlaps 10.80.0.0/24 of default. Give each subnet addresses of its own.',
    ],
    [
      'a gateway outside',
      { director: { [NETWORKS]: [network({ gateway: '10.81.0.1' })] } },
      'networks',
      `${NETWORKS}[0].gateway`,
      'Networks, record 1: the gateway 10.81.0.1 is outside 10.80.0.0/24. Take an address of the CIDR.',
    ],
    [
      'a reserved range outside',
      { director: { [NETWORKS]: [network({ reserved_ip_ranges: '10.80.0.2-10.80.1.9' })] } },
      'networks',
      `${NETWORKS}[0].reserved_ip_ranges`,
      'Networks, record 1: the reserved range 10.80.0.2-10.80.1.9 is outside 10.80.0.0/24. Take it out or correct it.',
    ],
    [
      'host bits',
      { director: { [NETWORKS]: [network({ cidr: '10.80.0.7/24' })] } },
      'networks',
      `${NETWORKS}[0].cidr`,
      'Networks, record 1: 10.80.0.7/24 has host bits set; the block is 10.80.0.0/24.',
    ],
    [
      'a network of two addresses',
      { director: { [NETWORKS]: [network({ cidr: '10.80.0.0/30' })] } },
      'networks',
      `${NETWORKS}[0].cidr`,
      'Networks, record 1: 10.80.0.0/30 of record 1 is too small: take a /29 or wider.',
    ],
    [
      'an AZ twice',
      { director: { '.properties.availability_zones': [{ name: 'az1' }, { name: 'az1' }] } },
      'availability_zones',
      '.properties.availability_zones',
      'Availability zones: az1 is there twice. Give each AZ a name of its own.',
    ],
    [
      'an AZ in use removed',
      { usedAzs: ['az9'] },
      'availability_zones',
      '.properties.availability_zones',
      'Availability zones: az9 has VMs and cannot be removed or renamed. Put it back, or delete what runs in it.',
    ],
    [
      'an infrastructure without driver',
      { director: { '.properties.iaas_selector': 'vSphere' } },
      'iaas_configurations',
      '.properties.iaas_selector',
      'Infrastructure: this installation has no driver for vSphere. Choose Embedded.',
    ],
    [
      'post-deploy scripts off',
      { director: { '.properties.post_deploy_enabled': false } },
      'director_configuration',
      '.properties.post_deploy_enabled',
      'Enable post-deploy scripts: the Container Service needs them. Turn them on.',
    ],
    [
      'handlers that are no list',
      { director: { '.properties.handlers': '{}' } },
      'dns_configuration',
      '.properties.handlers',
      'Handlers: must be a JSON list, such as []. Correct it.',
    ],
    [
      'leafs that outlive their CA',
      {
        director: {
          '.properties.duration_overrides': 'enabled',
          '.properties.duration_overrides.enabled.leaf_certificate_duration': 2000,
        },
      },
      'director_configuration',
      '.properties.duration_overrides.enabled.leaf_certificate_duration',
      "Leaf certificates: 2000 days are longer than the CA's 1460. Take 1460 or fewer.",
    ],
  ])('is told of %s', (_, input, form, path, sentence) => {
    expect(directorFaults(input)).toContainEqual([form, path, sentence]);
  });
});
