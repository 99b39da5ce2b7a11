import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Vault } from '#server/platform/vault.ts';
import { ensureAuthority, readRootCertificate } from './authority.ts';
import { generateCertificate } from './generate-certificate.ts';
import { normaliseSerial } from './issue-certificate.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-ca-'));
const vault = new Vault(state, 'file');

beforeAll(() => inTransaction(database.pool, (tx) => vault.create(tx, 'battery staple')));
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('an authority is made once, whoever asks first', async () => {
  const made = await Promise.all(
    [1, 2, 3].map(() => inTransaction(database.pool, (tx) => ensureAuthority(tx, vault, 'root'))),
  );
  expect(new Set(made.map((pair) => pair.certificatePem)).size).toBe(1);
  const agents = await inTransaction(database.pool, (tx) => ensureAuthority(tx, vault, 'agents'));
  expect(agents.certificatePem).not.toBe(made[0]?.certificatePem);
});

test('Generate makes a certificate that the root verifies, for exactly the domains asked for', async () => {
  const { pair, root } = await inTransaction(database.pool, async (tx) => ({
    pair: await generateCertificate(tx, vault, ['*.pks.example.com', ' 10.0.0.1 ']),
    root: await readRootCertificate(tx, vault),
  }));
  const certificate = new X509Certificate(pair.certificatePem);
  const authority = new X509Certificate(root);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem))).toBe(true);
  expect(certificate.subjectAltName).toBe('DNS:*.pks.example.com, IP Address:10.0.0.1');
  expect(certificate.ca).toBe(false);
  expect(authority.ca).toBe(true);
});

test('Generate refuses what is no domain, and no domain at all', async () => {
  const generate = (...domains: string[]) =>
    inTransaction(database.pool, (tx) => generateCertificate(tx, vault, domains));
  await expect(generate('not a domain')).rejects.toThrow('not a domain is no domain name');
  await expect(generate(' ')).rejects.toThrow('at least one domain');
});

test('serials compare however they are written', () => {
  expect(normaliseSerial('00AB01')).toBe('ab01');
  expect(normaliseSerial('0')).toBe('0');
});
