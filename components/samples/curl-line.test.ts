import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { SampleRequest } from '#model/sample.ts';
import { curlLine } from './curl-line.ts';

const request: SampleRequest = {
  id: 'r',
  name: 'R',
  method: 'PUT',
  path: '/customers/_doc/1?refresh=true',
  body: `{"name":"O'Hara $HOME"}`,
  expect: '',
};

/** The words that a shell makes of the line. */
const wordsOf = (line: string) =>
  execFileSync('sh', ['-c', `curl() { for word in "$@"; do printf '%s\\n' "$word"; done; }; ${line}`], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');

test('a shell reads the line as the request says it, quotes and dollars included', () => {
  expect(wordsOf(curlLine(request, 'http://10.0.0.5:30920'))).toEqual([
    '-s',
    '-X',
    'PUT',
    'http://10.0.0.5:30920/customers/_doc/1?refresh=true',
    '-H',
    'content-type: application/json',
    '-d',
    `{"name":"O'Hara $HOME"}`,
  ]);
});

test('a GET is the shortest line', () => {
  const get: SampleRequest = { ...request, method: 'GET', path: '/', body: null };
  expect(curlLine(get, 'http://a:1')).toBe("curl -s 'http://a:1/'");
});
