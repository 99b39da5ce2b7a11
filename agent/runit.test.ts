import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExit } from './exits.ts';
import { agentPaths } from './paths.ts';
import { parseStatus } from './runit.ts';
import { serviceScripts } from './service-scripts.ts';

describe('supervise/status', () => {
  test('a running service', () => {
    // taken from runit 2.1.2: `sleep`, up since 2026-11-21T12:06:37Z, pid 10899
    const bytes = Buffer.alloc(20);
    bytes.writeBigUInt64BE(4611686018427387914n + 1795262797n, 0);
    bytes.writeUInt32BE(391_067_171, 8);
    bytes.writeUInt32LE(10899, 12);
    bytes.write('u', 17);
    bytes.writeUInt8(1, 19);
    expect(parseStatus(bytes)).toEqual({ state: 'run', pid: 10899, since: Date.parse('2026-11-21T12:06:37.391Z') });
  });

  test('half a file says nothing', () => {
    expect(parseStatus(Buffer.alloc(18))).toBeNull();
  });
});

test.each([
  ['etcd 0 0', 'exit 0'],
  ['etcd 7 0', 'exit 7'],
  ['etcd -1 9', 'killed by SIGKILL'],
  ['etcd -1 139', 'killed by SIGSEGV'],
  ['etcd -1 64', 'killed by signal 64'],
])('the end "%s" is told as %s', (line, exit) => {
  expect(parseExit(line)).toEqual({ process: 'etcd', exit });
});

test('a line that is none of ours is no end', () => {
  expect(parseExit('etcd')).toBeNull();
  expect(parseExit('')).toBeNull();
});

test('run gives every argument and variable to the program as it is', () => {
  const process = { name: 'p', command: ['/bin/p', "it's", '$(reboot)', 'a b'], env: { A: "x'y" } };
  const { run } = serviceScripts(agentPaths('/'), 'job', process);
  expect(run).toContain(String.raw`export A='x'\''y'`);
  expect(run).toContain(String.raw`exec chpst -P '/bin/p' 'it'\''s' '$(reboot)' 'a b'`);
});

test("a job's own finish script gets runit's arguments and cannot hold its process down for ever", () => {
  const process = { name: 'p', command: ['/bin/p'], env: {}, finish: 'bin/finish' };
  const { finish } = serviceScripts(agentPaths('/'), 'job', process);
  expect(finish).toContain(`timeout -k 1 10 '/var/vcap/jobs/job/bin/finish' "$@"`);
  expect(finish.indexOf('exits')).toBeLessThan(finish.indexOf('timeout'));
});

test('a process that ends again and again is started at once five times, and then with a pause', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-finish-'));
  try {
    const paths = agentPaths(folder);
    mkdirSync(dirname(paths.exits), { recursive: true });
    execFileSync('mkfifo', [paths.bell]);
    const { finish } = serviceScripts(paths, 'job', { name: 'p', command: ['/bin/p'], env: {} });
    const end = () => {
      const before = performance.now();
      execFileSync('sh', ['-c', finish, 'finish', '1', '0'], { cwd: folder });
      return performance.now() - before;
    };
    for (let round = 0; round < 5; round += 1) expect(end()).toBeLessThan(2500);
    expect(end()).toBeGreaterThan(2900);
    expect(end()).toBeGreaterThan(2900);
    // ends of long ago do not count
    writeFileSync(join(folder, 'ends'), '1 1 1 1 1 1\n');
    expect(end()).toBeLessThan(2500);
    expect(readFileSync(paths.exits, 'utf8').trim().split('\n')).toHaveLength(8);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
