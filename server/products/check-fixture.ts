import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { type ProductMetadata, StagedConfiguration } from '#model/product.ts';
import { NO_CHOICES } from '#model/property.ts';
import { createAuthority, issueCertificate } from '#server/certificates/issue-certificate.ts';
import { choicesOf } from './choices.ts';
import { directorDefaults, fillDefaults } from './fill-defaults.ts';
import { type FormValues, valuesOf, writeValues } from './form-values.ts';
import { loadTile, TILES_FOLDER } from './load-tile.ts';
import type { CheckFacts } from './product-fault.ts';
import { renderCloudConfig } from './render-cloud-config.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const TLS = '.pivotal-container-service.pks_tls';
export const plan = (number: number, name: string): string => `.properties.plan${number}_selector.active.${name}`;
export const ACTIVE = 'Plan Active';
export const CIDR = (name: string): string => `.properties.network_selector.flannel.${name}`;

let tiles: { director: ProductMetadata; service: ProductMetadata };
let certificate: { cert_pem: string };

/** For tests: loads the tiles and makes a certificate before any facts are asked for. */
export function useTiles(): void {
  beforeAll(async () => {
    const [director, service] = await Promise.all(
      ['p-bosh', 'pivotal-container-service'].map(async (slug) => (await loadTile(join(TILES_FOLDER, slug))).metadata),
    );
    if (!director || !service) throw new Error('tiles are missing');
    tiles = { director, service };
    const root = await createAuthority({ commonName: 'test', days: 30, now: new Date(NOW) });
    const made = await issueCertificate(root, {
      commonName: 'x',
      alternativeNames: ['*.pks.example.com'],
      usages: ['server_auth'],
      days: 30,
      now: new Date(NOW),
    });
    certificate = { cert_pem: made.certificatePem };
  });
}

/** For tests: facts of an installation with the tiles' defaults, `director` and `service` values over them. */
export function facts(input: { director?: FormValues; service?: FormValues; subnet?: string } & Partial<CheckFacts>): {
  director: CheckFacts;
  service: CheckFacts;
} {
  const { director: directorValues = {}, service: serviceValues = {}, subnet = '10.80.0.0/24', ...more } = input;
  const defaults = directorDefaults({ cidr: subnet, gateway: subnet.replace(/0\/\d+$/, '1') });
  const director = writeValues(
    fillDefaults(tiles.director, StagedConfiguration.parse({}), NO_CHOICES, defaults),
    directorValues,
  );
  const choices = choicesOf(director);
  const filled = fillDefaults(tiles.service, StagedConfiguration.parse({}), choices);
  const values: FormValues = {
    [TLS]: certificate,
    '.properties.pks_api_hostname': 'api.pks.example.com',
    ...serviceValues,
  };
  const service = writeValues(filled, values);
  const iaas = director.properties['.properties.iaas_selector'];
  const shared = {
    cloudConfig: renderCloudConfig(director),
    iaas: typeof iaas === 'string' ? iaas : null,
    products: new Map([
      ['p-bosh', '1.0.0'],
      ['pivotal-container-service', '1.0.0'],
    ]),
    machineMib: 16_384,
    usedAzs: [],
    clustersByPlan: new Map(),
    now: NOW,
    ...more,
  };
  return {
    director: {
      ...shared,
      metadata: tiles.director,
      configuration: director,
      values: valuesOf(tiles.director, director, choices),
    },
    service: {
      ...shared,
      metadata: tiles.service,
      configuration: service,
      values: valuesOf(tiles.service, service, choices),
    },
  };
}

export type FactsInput = Parameters<typeof facts>[0];
