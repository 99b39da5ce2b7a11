import { expect, test } from 'vitest';
import { mendMember } from './exchange-member.ts';

/** Nothing listens for etcd at these addresses: masters that are all off. */
const access = (count: number) => ({
  masters: Array.from({ length: count }, (_, index) => ({
    instance: `i${index}`,
    node: `master-${index}`,
    address: `127.0.0.${10 + index}`,
  })),
  caPem: '',
  certificatePem: '',
  privateKeyPem: '',
});
const options = (isEmpty: boolean) => ({
  isEmpty: async () => isEmpty,
  signal: new AbortController().signal,
  log: async () => undefined,
});

test('a single master without its data is not mended: there is nothing to restore from', async () => {
  await expect(mendMember(access(1), '127.0.0.10', options(true))).rejects.toMatchObject({
    code: 'unhealthy',
    message: expect.stringContaining('nothing to restore from'),
  });
});

test('a member without data is not exchanged below the quorum of the others, and the sentence says what is missing', async () => {
  await expect(mendMember(access(3), '127.0.0.10', options(true))).rejects.toMatchObject({
    code: 'quorum_at_risk',
    message: expect.stringContaining('only 0 of 3 members vote: 2 are needed'),
  });
});

test('a member with its data waits for the others as long as nobody answers', async () => {
  await expect(mendMember(access(3), '127.0.0.10', options(false))).rejects.toMatchObject({
    code: 'kubernetes_unavailable',
  });
});
