import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildKubeconfig } from './build-kubeconfig.ts';

test('a kubeconfig has one context named after the cluster and carries its credentials in itself', () => {
  const built = buildKubeconfig({
    name: 'demo',
    server: 'https://demo.example.com:8443',
    caPem: 'CA',
    certificatePem: 'CERTIFICATE',
    privateKeyPem: 'KEY',
  });
  expect(parse(built.yaml)).toEqual(built.object);
  expect(JSON.parse(built.json)).toEqual(built.object);
  expect(built.object).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': 'demo',
    clusters: [
      { name: 'demo', cluster: { server: 'https://demo.example.com:8443', 'certificate-authority-data': 'Q0E=' } },
    ],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'demo-admin' } }],
    users: [{ name: 'demo-admin', user: { 'client-certificate-data': 'Q0VSVElGSUNBVEU=', 'client-key-data': 'S0VZ' } }],
  });
});
