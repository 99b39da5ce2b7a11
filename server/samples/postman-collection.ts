import type { SampleView } from '#model/sample.ts';

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const PLACEHOLDER = 'http://node-address:node-port';

/** The requests of a sample as a Postman collection; `address` is a variable of it, filled in once the sample is deployed. */
export function postmanCollection(view: Pick<SampleView, 'name' | 'requests' | 'addresses'>) {
  return {
    info: { name: `${view.name} requests`, schema: SCHEMA },
    variable: [{ key: 'address', value: view.addresses[0] ?? PLACEHOLDER }],
    item: view.requests.map((request) => ({
      name: request.name,
      request: {
        method: request.method,
        header: request.body === null ? [] : [{ key: 'Content-Type', value: 'application/json' }],
        ...(request.body === null ? {} : { body: { mode: 'raw', raw: request.body } }),
        url: `{{address}}${request.path}`,
      },
      event: [
        {
          listen: 'test',
          script: {
            type: 'text/javascript',
            exec: [
              `pm.test(${JSON.stringify(`${request.name}: the answer holds what it should`)}, () => pm.expect(pm.response.text()).to.include(${JSON.stringify(request.expect)}));`,
            ],
          },
        },
      ],
    })),
  };
}
