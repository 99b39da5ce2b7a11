import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import type { Probe } from '#model/drill.ts';
import { newUuid } from '#server/platform/ids.ts';
import { createLog } from '#server/platform/log.ts';
import { answersQuery, dnsQuery } from './dns-message.ts';
import { Sampler } from './sampler.ts';

const { pool } = useTestDatabase();
let said = 'customer 1';
const connections = new Set<number>();
const server = createServer((request, response) => {
  connections.add(request.socket.remotePort ?? 0);
  response.end(said);
});
let drill = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { rows } = await pool.query(
    `insert into drills (kind, cluster_uuid, cluster_name, deployment, victim, probes, objectives, preview, user_name)
     values ('vm-off', $1, 'demo', 'd', '{}', '[]', '{}', '{}', 'admin') returning id`,
    [newUuid()],
  );
  drill = rows[0].id;
});
afterAll(() => server.close());

test('a process of its own asks on new connections, looks at the answer, and its samples become rows', async () => {
  const { port } = server.address() as AddressInfo;
  const probe: Probe = {
    id: 'data:orders',
    kind: 'data',
    name: 'Orders',
    target: 'customer 1',
    url: `http://127.0.0.1:${port}/`,
    expect: 'customer 1',
  };
  const sampler = new Sampler({
    drill,
    pool,
    log: createLog('test', 'silent'),
    order: {
      probes: [probe],
      server: 'https://127.0.0.1:1',
      caPem: '',
      certificatePem: '',
      privateKeyPem: '',
      writePath: '/',
      intervalMs: 100,
      deadlineMs: 1000,
    },
  });
  await expect.poll(() => resultsOf(sampler), { timeout: 30_000 }).toContain(0);
  said = 'customer 2';
  await expect.poll(() => resultsOf(sampler), { timeout: 30_000 }).toContain(2);
  expect(connections.size).toBeGreaterThan(1);
  expect(sampler.isAsking).toBe(true);
  sampler.stop();
  await expect.poll(() => sampler.isAsking, { timeout: 10_000 }).toBe(false);
}, 90_000);

async function resultsOf(sampler: Sampler): Promise<number[]> {
  await sampler.write();
  const { rows } = await pool.query('select answers from drill_samples where drill_id = $1 order by second', [drill]);
  return rows.flatMap((row) => row.answers.map(([, , result]: [number, number, number]) => result));
}

test('a DNS answer counts when it is ours, whole, without an error and holds a record', () => {
  const query = dnsQuery(7, 'kubernetes.default.svc.cluster.local');
  const answer = (id: number, flags: number, records: number): Buffer => {
    const bytes = Buffer.from(query);
    bytes.writeUInt16BE(id, 2);
    bytes.writeUInt16BE(flags, 4);
    bytes.writeUInt16BE(records, 8);
    return bytes;
  };
  expect(answersQuery(answer(7, 0x8180, 1), 7)).toBe('right');
  expect(answersQuery(answer(7, 0x8180, 1).subarray(0, 20), 7)).toBe('incomplete');
  expect(answersQuery(answer(8, 0x8180, 1), 7)).toBe('wrong');
  expect(answersQuery(answer(7, 0x8183, 1), 7)).toBe('wrong');
  expect(answersQuery(answer(7, 0x8180, 0), 7)).toBe('wrong');
  expect(answersQuery(query, 7)).toBe('wrong');
});
