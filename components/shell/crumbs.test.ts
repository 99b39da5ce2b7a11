import { expect, it } from 'vitest';
import { crumbsOf } from './crumbs.ts';

const names = (path: string) => crumbsOf(path, { 'p-bosh': 'BOSH Director' }).map((crumb) => crumb.name);

it('ends the trail with the thing of the page', () => {
  expect(names('/')).toEqual(['Tessera', 'Products']);
  expect(names('/products/p-bosh/az')).toEqual(['Tessera', 'Products', 'BOSH Director']);
  expect(names('/products/unknown-slug/az')).toEqual(['Tessera', 'Products', 'unknown-slug']);
  expect(names('/installations/7')).toEqual(['Tessera', 'Activity', 'Installation 7']);
  expect(names('/clusters')).toEqual(['Tessera', 'Clusters']);
  expect(names('/health/layers')).toEqual(['Tessera', 'Health', 'Layers']);
  expect(names('/alerts')).toEqual(['Tessera', 'Health', 'Alerts']);
  expect(names('/clusters/es_cluster')).toEqual(['Tessera', 'Clusters', 'es_cluster']);
});

it('links every crumb but the last', () => {
  expect(crumbsOf('/apply', {}).map((crumb) => crumb.href)).toEqual(['/', '/', null]);
});
