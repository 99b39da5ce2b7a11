import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SAMPLES } from '#model/sample.ts';
import { knownSamples } from './known-samples.ts';
import { placeObjects } from './kube-objects.ts';
import { postmanCollection } from './postman-collection.ts';

const Labels = z.record(z.string(), z.string());
const Keeper = z.object({ spec: z.object({ template: z.object({ metadata: z.object({ labels: Labels }) }) }) });
const Service = z.object({ spec: z.object({ type: z.string(), selector: Labels }) });

describe.each(SAMPLES)('sample %s', (id) => {
  const sample = knownSamples[id];
  const objects = placeObjects(sample.files('registry.tessera.local/x:1'), sample.namespace);

  test('brings its keeper, and a Service that finds its pods and answers on every node', () => {
    const find = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.name === name)?.body;
    const { template } = Keeper.parse(find(sample.keeper.kind, sample.keeper.name)).spec;
    const { spec } = Service.parse(find('Service', sample.service));
    expect(spec.type).toBe('NodePort');
    expect(template.metadata.labels).toMatchObject(spec.selector);
  });

  test('never pulls from a registry', () => {
    expect(JSON.stringify(objects)).toContain('"image":"registry.tessera.local/x:1","imagePullPolicy":"IfNotPresent"');
  });

  test('has the request that its data check names', () => {
    const ids = sample.requests.map((request) => request.id);
    expect(new Set(ids).size).toBe(ids.length);
    if (sample.dataCheck !== null) expect(ids).toContain(sample.dataCheck);
  });
});

test('the stand-in is asked exactly as Elasticsearch is', () => {
  expect(knownSamples.orders.requests).toEqual(knownSamples.elasticsearch.requests);
});

test('a Postman collection has the address filled in once it is known', () => {
  const { name, requests } = knownSamples.orders;
  const deployed = postmanCollection({ name, requests, addresses: ['http://10.0.0.5:30920'] });
  expect(deployed.variable).toEqual([{ key: 'address', value: 'http://10.0.0.5:30920' }]);
  expect(deployed.item.map((item) => item.request.url)).toEqual(requests.map((one) => `{{address}}${one.path}`));
  expect(postmanCollection({ name, requests, addresses: [] }).variable[0]?.value).toMatch(/^http:\/\/node/);
});
