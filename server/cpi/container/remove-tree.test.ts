import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listMountsUnder, mountsUnder, removeTree } from './remove-tree.ts';

const signal = AbortSignal.timeout(30_000);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tessera remove-tree-'));
});
afterEach(async () => {
  for (const mount of await mountsUnder(root)) execFileSync('umount', ['--lazy', mount]);
  rmSync(root, { recursive: true, force: true });
});

describe('removing the folder of a VM', () => {
  test('deletes what is in it and follows no link out of it', async () => {
    mkdirSync(join(root, 'datastore'));
    writeFileSync(join(root, 'datastore', 'kept'), 'kept');
    mkdirSync(join(root, 'vm', 'kubelet'), { recursive: true });
    symlinkSync(join(root, 'datastore'), join(root, 'vm', 'kubelet', 'link'));
    await removeTree(join(root, 'vm'), { signal });
    expect(existsSync(join(root, 'vm'))).toBe(false);
    expect(readFileSync(join(root, 'datastore', 'kept'), 'utf8')).toBe('kept');
  });

  test('detaches the datastore from below it instead of deleting through the mount', async () => {
    mkdirSync(join(root, 'datastore', 'pv1'), { recursive: true });
    writeFileSync(join(root, 'datastore', 'pv1', 'kept'), 'kept');
    const volume = join(root, 'vm', 'kubelet', 'pods', 'a', 'volume-subpaths', 'data 0');
    mkdirSync(volume, { recursive: true });
    execFileSync('mount', ['--bind', join(root, 'datastore'), volume]);
    // a mount on a mount: both must go
    execFileSync('mount', ['--bind', join(root, 'datastore', 'pv1'), join(volume, 'pv1')]);
    expect(await mountsUnder(join(root, 'vm'))).toHaveLength(2);

    await removeTree(join(root, 'vm'), { signal });
    expect(existsSync(join(root, 'vm'))).toBe(false);
    expect(readFileSync(join(root, 'datastore', 'pv1', 'kept'), 'utf8')).toBe('kept');
    expect(await mountsUnder(root)).toEqual([]);
  });

  test('finds the mounts behind a linked path too', async () => {
    mkdirSync(join(root, 'datastore'));
    writeFileSync(join(root, 'datastore', 'kept'), 'kept');
    mkdirSync(join(root, 'state', 'vm', 'volume'), { recursive: true });
    symlinkSync(join(root, 'state'), join(root, 'linked'));
    execFileSync('mount', ['--bind', join(root, 'datastore'), join(root, 'state', 'vm', 'volume')]);
    await removeTree(join(root, 'linked', 'vm'), { signal });
    expect(readFileSync(join(root, 'datastore', 'kept'), 'utf8')).toBe('kept');
    expect(existsSync(join(root, 'state', 'vm'))).toBe(false);
  });

  test('is fine when the folder is gone', async () => {
    await removeTree(join(root, 'never'), { signal });
  });
});

describe('mountinfo', () => {
  const line = (point: string) => `97 85 254:0 / ${point} rw,relatime shared:3 - ext4 /dev/vda rw`;
  test('lists mount points at and below a folder, deepest first, and none of its namesakes', () => {
    const text = [line('/state/vms/a'), line('/state/vms/a/kubelet'), line('/state/vms/ab'), line('/state')].join('\n');
    expect(listMountsUnder(text, '/state/vms/a')).toEqual(['/state/vms/a/kubelet', '/state/vms/a']);
  });

  test('reads the octal escapes of the kernel', () => {
    expect(listMountsUnder(line('/state/a\\040b\\134c'), '/state')).toEqual(['/state/a b\\c']);
  });
});
