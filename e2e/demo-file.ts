import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';

export interface Person {
  user_name: string;
  password: string;
  passphrase: string;
}

export interface DemoOptions {
  administrator: Person;
  /** System domain of the Container Service; clusters get a host name below it. */
  domain: string;
  /** Further values of the Container Service tile, by form. */
  forms?: Record<string, Record<string, unknown>>;
  /** Name of a cluster of the small plan with two workers; none without it. */
  cluster?: string;
}

/** Writes what `tessera demo FILE` reads, in `folder`: both tiles configured so that they can be applied. Answers the file. */
export function writeDemoFile(folder: string, { administrator, domain, forms = {}, cluster }: DemoOptions): string {
  const file = path.join(folder, 'demo.yml');
  const containerService = {
    product: 'pivotal-container-service',
    certificates: [{ form: 'pks_api', property: '.pivotal-container-service.pks_tls', domains: [`*.${domain}`] }],
    forms: { pks_api: { '.properties.pks_api_hostname': `api.${domain}` }, ...forms },
  };
  const wanted = cluster && { name: cluster, plan: 'small', external_hostname: `${cluster}.${domain}`, workers: 2 };
  writeFileSync(
    file,
    stringify({
      administrator,
      products: [{ product: 'p-bosh' }, containerService],
      ...(wanted ? { cluster: wanted } : {}),
    }),
  );
  return file;
}
