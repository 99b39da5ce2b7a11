import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { freeMib, requireRoom } from './disk-room.ts';

test('too little room is refused with the folder and both sums', async () => {
  const more = (await freeMib(tmpdir())) + 1024;
  await expect(requireRoom(tmpdir(), more, 'a VM')).rejects.toMatchObject({
    code: 'disk_full',
    message: expect.stringMatching(
      new RegExp(`^Only \\d+ MiB are free on the disk of ${tmpdir()}; a VM takes ${more} MiB\\.`),
    ),
  });
});

test('enough room is no matter', async () => {
  await expect(requireRoom(tmpdir(), 1, 'a VM')).resolves.toBeUndefined();
});
