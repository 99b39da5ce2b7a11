// Which tests failed, and with what words, from the JSON reports of vitest and Playwright: the last thing a run prints, so that whoever sees only
// the end of a log knows what to look at.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const shownLines = 12;

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullable() }),
      ),
    }),
  ),
});
const Failure = z.object({ message: z.string().optional() });
const Spec = z.object({
  title: z.string(),
  ok: z.boolean(),
  file: z.string(),
  tests: z.array(z.object({ results: z.array(z.object({ errors: z.array(Failure) })) })),
});
const Suite = z.object({
  specs: z.array(Spec),
  get suites() {
    return z.array(Suite).default([]);
  },
});
const PlaywrightReport = z.object({ suites: z.array(Suite), errors: z.array(Failure) });

/** One text for each failed test, in the order they ran: file, title and the first lines of its error. `reports` is the folder of the JSON files. */
export function failedTests(reports: string): string[] {
  return [
    ...inVitest(path.join(reports, 'vitest.json')),
    ...['ui', 'real'].flatMap((project) => inPlaywright(path.join(reports, `playwright-${project}.json`))),
  ];
}

function inVitest(file: string): string[] {
  if (!existsSync(file)) return [];
  const { testResults } = VitestReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  return testResults.flatMap((result) => {
    const failed = result.assertionResults.filter(({ status }) => status === 'failed');
    // a file that cannot be loaded has no tests, only a message
    if (failed.length === 0) return result.status === 'failed' ? [told(result.name, '', [result.message])] : [];
    return failed.map((test) => told(result.name, test.fullName, test.failureMessages ?? []));
  });
}

function inPlaywright(file: string): string[] {
  if (!existsSync(file)) return [];
  const { suites, errors } = PlaywrightReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  const specs = suites.flatMap(specsOf).filter((spec) => !spec.ok);
  return [
    ...errors.map(({ message = '' }) => told(path.basename(file), '', [message])),
    ...specs.map((spec) => {
      const messages = spec.tests.flatMap(({ results }) => results).flatMap((result) => result.errors);
      return told(
        spec.file,
        spec.title,
        messages.map(({ message = '' }) => message),
      );
    }),
  ];
}

const specsOf = (suite: z.infer<typeof Suite>): z.infer<typeof Spec>[] => [
  ...suite.specs,
  ...suite.suites.flatMap(specsOf),
];

function told(file: string, title: string, messages: readonly string[]): string {
  const lines = messages.flatMap((message) => stripVTControlCharacters(message).split('\n'));
  const shown = lines.filter((line) => line.trim() !== '').slice(0, shownLines);
  return [`${file}${title && ` › ${title}`}`, ...shown.map((line) => `    ${line}`)].join('\n');
}
