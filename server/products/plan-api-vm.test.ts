import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Manifest } from '#model/manifest.ts';
import { StagedConfiguration } from '#model/product.ts';
import { CLOUD_CONFIG } from '#server/clusters/cluster-fixture.ts';
import { readBuiltInJob } from '#server/deployments/read-jobs.ts';
import { readSources, renderInstance } from '#server/deployments/render-spec.ts';
import { loadTile, TILES_FOLDER } from './load-tile.ts';
import { planApiVm } from './plan-api-vm.ts';

const GUID = 'pivotal-container-service-0f4e2c6e7d0b4c599c39';
const KEY = `((/products/${GUID}/pivotal-container-service/pks_tls/private_key_pem/ab12))`;
const { metadata } = await loadTile(join(TILES_FOLDER, 'pivotal-container-service'));

function plan(
  changes: Record<string, unknown> = {},
  tls: unknown = { cert_pem: 'PEM', private_key_pem: KEY },
  errands: string[] = [],
): Manifest {
  const configuration = StagedConfiguration.parse({
    properties: { '.properties.pks_api_hostname': 'api.example.com', '.pivotal-container-service.pks_tls': tls },
    network_and_azs: {
      singleton_availability_zone: { name: 'az2' },
      other_availability_zones: [{ name: 'az1' }, { name: 'az2' }],
      network: { name: 'service-network' },
    },
    ...changes,
  });
  return planApiVm({
    guid: GUID,
    metadata,
    configuration,
    cloudConfig: CLOUD_CONFIG,
    errands,
  });
}

const resource = (instances: number) => ({ resource_config: { 'pivotal-container-service': { instances } } });

describe('the deployment of the API VM', () => {
  test('is named after the product, belongs to it and holds only a reference to the key', () => {
    const manifest = plan();
    expect(Manifest.parse(manifest)).toEqual(manifest);
    expect(manifest).toMatchObject({ name: GUID, tags: { product: GUID } });
    expect(manifest.instance_groups[0]).toMatchObject({
      name: 'pivotal-container-service',
      instances: 1,
      azs: ['az2'],
      network: 'service-network',
      vm_type: 'small',
      persistent_disk: 0,
    });
    expect(JSON.stringify(manifest)).toContain(KEY);
  });

  test('several instances use the other AZs too, the first one staying where it is', () => {
    expect(plan(resource(3)).instance_groups[0]).toMatchObject({ instances: 3, azs: ['az2', 'az1'] });
  });

  test('runs the errands that are on and that it has a job for', () => {
    const errandsOf = (errands: string[]) => plan({}, undefined, errands).post_deploy_errands;
    expect(errandsOf([])).toEqual([]);
    expect(errandsOf(['smoke-tests', 'upgrade-all-service-instances'])).toEqual([
      { group: 'pivotal-container-service', job: 'api-smoke-tests' },
    ]);
  });

  test('a key in plain text, a missing certificate and a missing network are refused', () => {
    expect(() => plan({}, { cert_pem: 'PEM', private_key_pem: 'KEY' })).toThrow('Fill in the form PKS API');
    expect(() => plan({}, null)).toThrow('Fill in the form PKS API');
    expect(() => plan({ network_and_azs: { singleton_availability_zone: { name: 'az1' } } })).toThrow('No network');
    expect(() => plan({ network_and_azs: {} })).toThrow('No AZ');
  });

  test('its jobs serve the certificate of the form on the ports of the PKS API and its UAA', async () => {
    const manifest = plan();
    const instance = {
      id: 'i',
      name: 'pivotal-container-service/0',
      group: 'pivotal-container-service',
      index: 0,
      az: 'az2',
      address: '10.0.10.5',
      hostname: 'pivotal-container-service-0',
      bootstrap: true,
      seeded: false,
      network: 'n',
      vm_type: 'small',
    };
    const facts = { manifest, instances: [instance], addresses: {} };
    const read = async (name: string): Promise<string> => `secret ${name}`;
    const spec = await renderInstance(facts, 'i', await readSources(manifest, readBuiltInJob), read);
    const found = spec.jobs
      .filter((job) => job.processes.length > 0)
      .map((job) => ({
        job: job.name,
        health: job.processes[0]?.health?.http,
        config: JSON.parse(job.files.find((file) => file.path.endsWith('.json'))?.content ?? ''),
        key: job.files.find((file) => file.path === 'config/tls.key')?.content.trim(),
      }));
    expect(found).toEqual(
      (['uaa', 'pks-api'] as const).map((job) => {
        const port = job === 'uaa' ? 8443 : 9021;
        return {
          job,
          health: `https://127.0.0.1:${port}/healthz`,
          config: {
            port,
            certificate: `/var/vcap/jobs/${job}/config/tls.pem`,
            key: `/var/vcap/jobs/${job}/config/tls.key`,
          },
          key: `secret ${KEY.slice(2, -2)}`,
        };
      }),
    );
  });
});
