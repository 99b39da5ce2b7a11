import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { capLogs, tailLines } from './logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'tessera-logs-'));
mkdirSync(join(folder, 'etcd'));
const log = join(folder, 'etcd/etcd.log');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the last lines of a log, none of a log that is not there', () => {
  writeFileSync(log, 'one\ntwo\nthree\n');
  expect(tailLines(log, 2)).toEqual(['two', 'three']);
  expect(tailLines(log, 10)).toEqual(['one', 'two', 'three']);
  expect(tailLines(join(folder, 'none.log'), 10)).toEqual([]);
});

test('of a huge log no half line is shown', () => {
  writeFileSync(log, `${'x'.repeat(600_000)}\n${'y'.repeat(10)}\n`);
  expect(tailLines(log, 10)).toEqual(['y'.repeat(10)]);
});

test('a log beyond its size is kept once and begins anew, others are left alone', () => {
  writeFileSync(log, 'a'.repeat(100));
  const small = join(folder, 'etcd/pre-start.stdout.log');
  writeFileSync(small, 'small');
  capLogs(folder, 50);
  expect(readFileSync(log, 'utf8')).toBe('');
  expect(readFileSync(`${log}.1`, 'utf8')).toHaveLength(100);
  expect(readFileSync(small, 'utf8')).toBe('small');
  expect(existsSync(`${small}.1`)).toBe(false);
  appendFileSync(log, 'next');
  expect(readFileSync(log, 'utf8')).toBe('next');
});
