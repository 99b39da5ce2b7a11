import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Network } from '#model/network.ts';
import { allocateAddress, releaseAddresses } from './allocate-ip.ts';

const { pool } = useTestDatabase();

/** Hosts .1–.6 of a /29: gateway .1, last host .6 kept, so four to give. */
const tiny = (name: string, reserved: string[] = []): Network =>
  Network.parse({ name, subnets: [{ range: '10.9.0.0/29', gateway: '10.9.0.1', azs: ['az1'], reserved }] });

const allocate = (network: Network, owner: string, az?: string): Promise<string> =>
  inTransaction(pool, (tx) => allocateAddress(tx, network, owner, az));

describe('addresses of a network', () => {
  test('rise from the lowest free one, past gateway and reserved, and end before the last host', async () => {
    const network = tiny('rising', ['10.9.0.3']);
    expect([
      await allocate(network, 'c/vip'),
      await allocate(network, 'instance/a'),
      await allocate(network, 'instance/b'),
    ]).toEqual(['10.9.0.2', '10.9.0.4', '10.9.0.5']);
  });

  test('stay with their owner when asked for again', async () => {
    const network = tiny('idempotent');
    const first = await allocate(network, 'instance/a');
    expect(await allocate(network, 'instance/a')).toBe(first);
    expect(await allocate(network, 'instance/b')).not.toBe(first);
  });

  test('run out with a sentence that names the network', async () => {
    const network = tiny('full', ['10.9.0.2-10.9.0.4']);
    await allocate(network, 'instance/a');
    await expect(allocate(network, 'instance/b')).rejects.toMatchObject({
      code: 'capacity',
      message: expect.stringContaining('Network full (10.9.0.0/29) has no free address: 1 are in use.'),
    });
  });

  test('are free again after release, and only those of the prefix', async () => {
    const network = tiny('released');
    const kept = await allocate(network, 'k8s_1/vip');
    const given = await allocate(network, 'k8sx1/vip');
    expect(await inTransaction(pool, (tx) => releaseAddresses(tx, 'k8s_1/'))).toBe(1);
    expect(await allocate(network, 'instance/new')).toBe(kept);
    expect(await allocate(network, 'k8sx1/vip')).toBe(given);
  });

  test('come from a subnet of the AZ when one is named', async () => {
    const network = Network.parse({
      name: 'zoned',
      subnets: [
        { range: '10.9.1.0/29', gateway: '10.9.1.1', azs: ['az1'] },
        { range: '10.9.2.0/29', gateway: '10.9.2.1', azs: ['az2', 'az3'] },
      ],
    });
    expect(await allocate(network, 'instance/a', 'az3')).toBe('10.9.2.2');
    await expect(allocate(network, 'instance/b', 'az9')).rejects.toThrow('Network zoned has no subnet in az9');
  });

  test('are never given twice to owners that ask at the same time', async () => {
    const network = Network.parse({
      name: 'busy',
      subnets: [{ range: '10.9.3.0/24', gateway: '10.9.3.1', azs: ['az1'] }],
    });
    const given = await Promise.all(Array.from({ length: 40 }, (_, owner) => allocate(network, `instance/${owner}`)));
    expect(new Set(given).size).toBe(40);
  });

  test('are not taken by a transaction that fails', async () => {
    const network = tiny('rolled-back');
    await expect(
      inTransaction(pool, async (tx) => {
        await allocateAddress(tx, network, 'instance/a');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await allocate(network, 'instance/b')).toBe('10.9.0.2');
  });

  test('are refused from a malformed subnet, with what is wrong', async () => {
    await expect(allocate(tiny('bad', ['10.9.0.9-10.9.0.2']), 'instance/a')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('10.9.0.9-10.9.0.2'),
    });
  });
});
