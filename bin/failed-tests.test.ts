import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failedTests } from './failed-tests.ts';

describe('failed tests of a run', () => {
  let reports: string;
  beforeEach(() => {
    reports = mkdtempSync(path.join(tmpdir(), 'tessera-reports-'));
  });
  afterEach(() => rmSync(reports, { recursive: true }));

  test('none without reports', () => {
    expect(failedTests(reports)).toEqual([]);
  });

  test('those of vitest by file and name, a file that cannot be loaded by its message', () => {
    write('vitest.json', {
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          message: '',
          assertionResults: [
            { fullName: 'adds', status: 'passed', failureMessages: [] },
            { fullName: 'divides', status: 'failed', failureMessages: ['\u001b[31mexpected 1\u001b[39m\n\nto be 2'] },
          ],
        },
        { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    });
    expect(failedTests(reports)).toEqual([
      'a.test.ts › divides\n    expected 1\n    to be 2',
      'b.test.ts\n    no such module',
    ]);
  });

  test('those of Playwright, in nested groups too, and what kept it from running', () => {
    const spec = (title: string, ok: boolean) => ({
      title,
      ok,
      file: 'ui/x.spec.ts',
      tests: [{ results: [{ errors: ok ? [] : [{ message: `${title} broke` }] }] }],
    });
    write('playwright-ui.json', {
      errors: [{ message: 'no browser' }],
      suites: [{ specs: [spec('one', true)], suites: [{ specs: [spec('two', false)] }] }],
    });
    expect(failedTests(reports)).toEqual(['playwright-ui.json\n    no browser', 'ui/x.spec.ts › two\n    two broke']);
  });

  const write = (name: string, report: unknown) => writeFileSync(path.join(reports, name), JSON.stringify(report));
});
