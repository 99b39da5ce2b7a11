import { createServer, request, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { createRestApp } from './app.ts';
import { type RestFixture, setUpRest } from './rest-fixture.ts';

// over a real socket, as the gateway serves it: what node-server makes of a request is not what app.request() makes
const { pool } = useTestDatabase();
let fixture: RestFixture;
let server: Server;
let port: number;

beforeAll(async () => {
  fixture = await setUpRest(pool);
  const app = createRestApp(fixture.deps);
  server = createServer(getRequestListener((incoming) => app.fetch(incoming), { overrideGlobalObjects: false }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  fixture.close();
});

/** A request whose body comes in chunks without a length: how the API VMs forward every body, also an empty one. */
function send(method: string, path: string, body = ''): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers: { 'transfer-encoding': 'chunked' } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += String(chunk);
        });
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('a DELETE with an empty chunked body is answered in the dialect', async () => {
  const { status, text } = await send('DELETE', '/pks/v1/clusters/demo');
  expect([status, JSON.parse(text).error]).toEqual([401, 'unauthorized']);
});

test('a body in chunks is read whole', async () => {
  const form = new URLSearchParams({
    grant_type: 'password',
    username: 'ana',
    password: 'correct horse',
    client_id: 'pks_cli',
  });
  const { status, text } = await send('POST', '/uaa/oauth/token', form.toString());
  expect([status, JSON.parse(text).token_type]).toEqual([200, 'bearer']);
});

test('a body that is too large is refused by its size, whatever its length header says', async () => {
  const { status, text } = await send('POST', '/uaa/oauth/token', 'x'.repeat(1024 * 1024 + 1));
  expect([status, JSON.parse(text).error_description]).toEqual([400, 'The request body is larger than 1 MiB.']);
});

test('a path of neither dialect is 404', async () => {
  expect((await send('GET', '/other')).status).toBe(404);
});
