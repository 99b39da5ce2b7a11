import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployments, instances, ipAddresses } from '#db/schema/deployments.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { RenderedSpec } from '#model/job.ts';
import { clusterManifest } from '#server/clusters/cluster-fixture.ts';
import { newUuid } from '#server/platform/ids.ts';
import { Vault } from '#server/platform/vault.ts';
import { generateVariables } from '#server/variables/generate-variables.ts';
import { readBuiltInJob } from './read-jobs.ts';
import { renderSpec } from './render-spec.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'render-spec-'));
const vault = new Vault(state, 'file');
afterAll(() => rmSync(state, { recursive: true }));

const manifest = clusterManifest({ plan: { masterInstances: 3 } });
const ids = { master: [newUuid(), newUuid(), newUuid()], worker: [newUuid(), newUuid()] };
const masterId = ids.master[1] ?? '';
const workerId = ids.worker[0] ?? '';

beforeAll(async () => {
  await inTransaction(database.pool, (tx) => vault.create(tx, 'passphrase'));
  await inTransaction(database.pool, async (tx) => {
    await tx.db.insert(deployments).values({ name: manifest.name, manifest });
    await tx.db
      .insert(ipAddresses)
      .values({ network: 'service-network', address: '10.0.10.10', owner: `${manifest.name}/vip` });
    const rows = Object.entries(ids).flatMap(([groupName, members]) =>
      members.map((id, index) => ({
        id,
        deployment: manifest.name,
        groupName,
        index,
        az: `az${index + 1}`,
        network: 'service-network',
        address: `10.0.10.${(groupName === 'master' ? 11 : 21) + index}`,
        vmType: 'small',
        bootstrap: index === 0,
        seeded: false,
        stemcell: 'trixie/1.36.3',
      })),
    );
    await tx.db.insert(instances).values(rows);
    await generateVariables(tx, vault, manifest);
  });
});

const render = (id: string) => inTransaction(database.pool, (tx) => renderSpec(tx, vault, id, readBuiltInJob));

function fileOf(spec: RenderedSpec, job: string, path: string): string {
  const content = spec.jobs.find((found) => found.name === job)?.files.find((file) => file.path === path)?.content;
  if (content === undefined) throw new Error(`${job} has no file ${path}`);
  return content;
}

test('a spec is complete, valid and the same each time', async () => {
  const spec = await render(masterId);
  expect(RenderedSpec.parse(spec)).toEqual(spec);
  expect(spec).toMatchObject({
    deployment: manifest.name,
    group: 'master',
    index: 1,
    az: 'az2',
    address: '10.0.10.12',
  });
  expect(spec.jobs.map((job) => job.name)).toEqual(manifest.instance_groups[0]?.jobs.map((job) => job.name));
  expect((await render(masterId)).digest).toBe(spec.digest);
  expect((await render(ids.master[2] ?? '')).digest).not.toBe(spec.digest);
});

test('the API certificate is its own and valid for the address, the host name and the first Service address', async () => {
  const spec = await render(masterId);
  const certificate = new X509Certificate(fileOf(spec, 'kube-apiserver', 'config/tls.pem'));
  const authority = new X509Certificate(fileOf(spec, 'kube-apiserver', 'config/ca.pem'));
  expect(certificate.verify(authority.publicKey)).toBe(true);
  for (const address of ['10.0.10.10', '10.0.10.12', '10.100.200.1', '127.0.0.1']) {
    expect(certificate.checkIP(address), address).toBe(address);
  }
  for (const name of ['demo.example.com', 'kubernetes.default.svc']) expect(certificate.checkHost(name)).toBe(name);
  expect(certificate.checkIP('10.0.10.11')).toBeUndefined();
});

test("a worker's certificate names its node, and its files hold no key of a master", async () => {
  const spec = await render(workerId);
  const certificate = new X509Certificate(fileOf(spec, 'kubelet', 'config/tls.pem'));
  expect(certificate.subject).toContain('CN=system:node:worker-0');
  expect(certificate.subject).toContain('O=system:nodes');
  const key = fileOf(await render(masterId), 'kube-controller-manager', 'config/ca.key').trim();
  expect(key).toContain('PRIVATE KEY');
  expect(JSON.stringify(spec)).not.toContain(JSON.stringify(key).slice(1, -1));
});

test('an instance that is gone is said by name', async () => {
  const id = newUuid();
  await expect(render(id)).rejects.toMatchObject({ code: 'not_found', message: `Instance ${id} does not exist.` });
});

test("a manifest cannot read another deployment's secret, nor one that is not there", async () => {
  const edit = (reference: string) =>
    inTransaction(database.pool, async (tx) => {
      const changed = structuredClone(manifest);
      const job = changed.instance_groups[1]?.jobs.find((candidate) => candidate.name === 'kube-proxy');
      if (job) job.properties.tls = reference;
      await tx.db.update(deployments).set({ manifest: changed });
    });
  await edit('((/tessera/ca/root))');
  await expect(render(workerId)).rejects.toMatchObject({
    code: 'forbidden',
    message: `Deployment ${manifest.name} may not read /tessera/ca/root: it belongs to another.`,
  });
  await edit('((nobody))');
  await expect(render(workerId)).rejects.toThrow('kube-proxy.properties.tls: variable nobody does not exist');
  await edit('((tls-kube-proxy))');
  expect((await render(workerId)).group).toBe('worker');
});
