import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { deployments, instances, ipAddresses } from '#db/schema/deployments.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Manifest, type ManifestVariable } from '#model/manifest.ts';
import { CertificateValue } from '#server/certificates/authority.ts';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import { Vault } from '#server/platform/vault.ts';
import { generateVariables } from './generate-variables.ts';
import { byDependency, wantedVariables } from './wanted-variables.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-variables-'));
const vault = new Vault(state, 'file');
const ids = { master: newUuid(), worker: newUuid() };

const VARIABLES: z.input<typeof ManifestVariable>[] = [
  {
    name: 'etcd',
    type: 'certificate',
    per_instance: true,
    groups: ['master'],
    options: {
      ca: 'ca',
      common_name: '{{ spec.hostname }}',
      alternative_names: ['{{ spec.address }}', '127.0.0.1', '{{ addresses.vip }}'],
    },
  },
  {
    name: 'kubelet',
    type: 'certificate',
    per_instance: true,
    options: {
      ca: 'ca',
      common_name: 'system:node:{{ spec.hostname }}',
      organization: 'system:nodes',
      extended_key_usage: ['client_auth', 'server_auth'],
      alternative_names: ['{{ spec.hostname }}'],
    },
  },
  { name: 'ca', type: 'certificate', options: { is_ca: true, common_name: 'cluster ca' } },
  { name: 'token', type: 'password', options: { length: 24 } },
  { name: 'signing', type: 'rsa' },
  { name: 'public', type: 'certificate', options: { common_name: 'api', alternative_names: ['api.example.com'] } },
];

const manifest = (variables = VARIABLES): Manifest =>
  Manifest.parse({
    name: 'trial',
    stemcell: { os: 'debian', version: '1' },
    instance_groups: [],
    variables,
  });
const generate = (wanted = manifest(), clock: Clock = systemClock) =>
  inTransaction(database.pool, (tx) => generateVariables(tx, vault, wanted, clock));
const read = (name: string) => inTransaction(database.pool, (tx) => vault.read(tx, `/tessera/trial/${name}`));
const readCertificate = async (name: string) => {
  const value = CertificateValue.parse(JSON.parse(await read(name)));
  return { ...value, x509: new X509Certificate(value.certificate) };
};

beforeAll(async () => {
  await inTransaction(database.pool, async (tx) => {
    await vault.create(tx, 'battery staple');
    await tx.db.insert(deployments).values({ name: 'trial', manifest: {} });
    for (const [group, id] of Object.entries(ids)) {
      await tx.db.insert(instances).values({
        id,
        deployment: 'trial',
        groupName: group,
        index: 0,
        az: 'az1',
        network: 'default',
        address: group === 'master' ? '10.0.0.10' : '10.0.0.20',
        vmType: 'small',
        stemcell: 's',
      });
    }
    await tx.db.insert(ipAddresses).values({ network: 'default', address: '10.0.0.5', owner: 'trial/vip' });
  });
});
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('makes all that is declared, authorities first whatever the order, one for each instance where asked', async () => {
  expect(await generate()).toBe(7);
  const ca = await readCertificate('ca');
  const etcd = await readCertificate(`etcd/${ids.master}`);
  expect(etcd.ca).toBe(ca.certificate);
  expect(etcd.x509.verify(ca.x509.publicKey)).toBe(true);
  expect(etcd.x509.subject).toBe('CN=master-0');
  expect(etcd.x509.subjectAltName).toBe('IP Address:10.0.0.10, IP Address:127.0.0.1, IP Address:10.0.0.5');
  const kubelet = await readCertificate(`kubelet/${ids.worker}`);
  expect(kubelet.x509.subject).toBe('O=system:nodes\nCN=system:node:worker-0');
  expect(kubelet.x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
  expect(await read('token')).toMatch(/^[\w-]{24}$/);
  expect(JSON.parse(await read('signing'))).toEqual({
    private_key: expect.stringContaining('BEGIN PRIVATE KEY'),
    public_key: expect.stringContaining('BEGIN PUBLIC KEY'),
  });
  await expect(read(`etcd/${ids.worker}`)).rejects.toThrow('No secret');
});

test('makes nothing the second time', async () => {
  const before = await read(`kubelet/${ids.worker}`);
  expect(await generate()).toBe(0);
  expect(await read(`kubelet/${ids.worker}`)).toBe(before);
});

test('makes a leaf anew when other names are wanted, and nothing else', async () => {
  const before = { ca: await read('ca'), token: await read('token'), etcd: await read(`etcd/${ids.master}`) };
  const changed = VARIABLES.map((variable) =>
    variable.name === 'public'
      ? { ...variable, options: { ...variable.options, alternative_names: ['other.example.com'] } }
      : variable,
  );
  expect(await generate(manifest(changed))).toBe(1);
  expect((await readCertificate('public')).x509.subjectAltName).toBe('DNS:other.example.com');
  expect({ ca: await read('ca'), token: await read('token'), etcd: await read(`etcd/${ids.master}`) }).toEqual(before);
  expect(await generate()).toBe(1);
});

test('makes leaves anew in the month before they end, authorities never', async () => {
  const ca = await read('ca');
  const later: Clock = { ...systemClock, now: () => new Date(Date.now() + 715 * 86_400_000) };
  expect(await generate(manifest(), later)).toBe(4);
  expect(await read('ca')).toBe(ca);
});

test('a certificate signed by one that does not exist is refused with both names', async () => {
  const lost = manifest([{ name: 'lost', type: 'certificate', options: { ca: 'nobody', common_name: 'x' } }]);
  await expect(generate(lost)).rejects.toThrow('/tessera/trial/lost is to be signed by /tessera/trial/nobody');
});

test('a ring of signers and an unknown name in a template are refused', () => {
  const ring = manifest([
    { name: 'a', type: 'certificate', options: { ca: 'b' } },
    { name: 'b', type: 'certificate', options: { ca: 'a' } },
  ]);
  expect(() => byDependency(wantedVariables(ring, [], {}))).toThrow(
    '/tessera/trial/a → /tessera/trial/b → /tessera/trial/a',
  );
  const typo = manifest([{ name: 'a', type: 'certificate', options: { alternative_names: ['{{ addresses.vipp }}'] } }]);
  expect(() => wantedVariables(typo, [], { vip: '10.0.0.5' })).toThrow('"{{ addresses.vipp }}" cannot be rendered');
});
