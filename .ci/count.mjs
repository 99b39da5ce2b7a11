// Adds up the JSON reports of vitest and Playwright. A check without tests of its own (style, types, build) counts only
// when it failed, so that the line never says "0 failed" for a run that did.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const reports = path.join(import.meta.dirname, '..', 'test-results', 'reports');
const exitCode = Number(process.argv[2] ?? 1);

const counts = [vitest(), playwright('ui'), playwright('real')];
const passed = sum(counts.map((count) => count.passed));
let failed = sum(counts.map((count) => count.failed));
const failedChecks = (read('checks.json') ?? []).filter((check) => !check.passed).length;
if (failed === 0) failed = failedChecks;
if (failed === 0 && exitCode !== 0) failed = 1;

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function vitest() {
  const report = read('vitest.json');
  if (!report) return { passed: 0, failed: 0 };
  // A file that cannot even be loaded has no tests, but is a failure.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
}

function playwright(project) {
  const report = read(`playwright-${project}.json`);
  if (!report) return { passed: 0, failed: 0 };
  // A test that passed only when repeated did pass, but Playwright calls it flaky.
  return {
    passed: report.stats.expected + report.stats.flaky,
    failed: report.stats.unexpected + (report.stats.expected === 0 ? report.errors.length : 0),
  };
}

function read(name) {
  const file = path.join(reports, name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
