import type { SampleRequest } from '#model/sample.ts';

/** The request that proves that the data outlived a fault. */
export const GET_CUSTOMER_1 = 'get-customer-1';

const ORDER_TYPE = {
  properties: {
    name: { type: 'text' },
    city: { type: 'keyword' },
    orders: {
      type: 'nested',
      properties: { item: { type: 'keyword' }, quantity: { type: 'integer' }, price: { type: 'double' } },
    },
  },
};
const CUSTOMER_1 = {
  name: 'Ada Lovelace',
  city: 'London',
  orders: [{ item: 'analytical engine', quantity: 1, price: 1843.5 }],
};
const CUSTOMER_2 = {
  name: 'Grace Hopper',
  city: 'Arlington',
  orders: [{ item: 'nanosecond of wire', quantity: 12, price: 0.3 }],
};

/** The five requests of the Elasticsearch walk-through. Elasticsearch and its stand-in answer them alike. */
export const CUSTOMER_REQUESTS: SampleRequest[] = [
  {
    id: 'create-index',
    name: 'Create index',
    method: 'PUT',
    path: '/customers',
    body: JSON.stringify({ settings: { number_of_shards: 1, number_of_replicas: 0 } }),
    expect: '"acknowledged":true',
  },
  {
    id: 'create-order-type',
    name: 'Create order type',
    method: 'PUT',
    path: '/customers/_mapping',
    body: JSON.stringify(ORDER_TYPE),
    expect: '"acknowledged":true',
  },
  {
    id: 'create-customer-1',
    name: 'Create customer 1',
    method: 'PUT',
    path: '/customers/_doc/1?refresh=true',
    body: JSON.stringify(CUSTOMER_1),
    expect: '"_id":"1"',
  },
  {
    id: 'create-customer-2',
    name: 'Create customer 2',
    method: 'PUT',
    path: '/customers/_doc/2?refresh=true',
    body: JSON.stringify(CUSTOMER_2),
    expect: '"_id":"2"',
  },
  {
    id: GET_CUSTOMER_1,
    name: 'Get customer 1',
    method: 'GET',
    path: '/customers/_doc/1',
    body: null,
    expect: '"name":"Ada Lovelace"',
  },
];
