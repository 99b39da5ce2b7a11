import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { TesseraError } from '#server/platform/error.ts';
import { openProductFile } from './open-product-file.ts';
import { member, type RawMember, rawZip, withSums } from './zip-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'tessera-contents-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const METADATA = `name: sample
label: Sample
product_version: 1.0.0
metadata_version: '3.0'
property_blueprints:
  - { name: greeting, type: string }
form_types:
  - name: all
    label: All
    property_inputs: [{ reference: .properties.greeting, label: Greeting }]
`;
const metadata = (text = METADATA): RawMember => member('metadata/metadata.yml', text);
const job = (templates = '{}'): RawMember => member('jobs/echo/job.yml', `name: echo\ntemplates: ${templates}\n`);
const template = (text: string): RawMember => member('jobs/echo/templates/run', text);

const zip = (members: RawMember[]): Buffer => rawZip(members);

async function refusal(bytes: Buffer): Promise<string> {
  const path = join(folder, 'file.tessera');
  writeFileSync(path, bytes);
  const error: unknown = await openProductFile(path).then(
    () => new Error('the file was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TesseraError)) throw error;
  expect(error.code).toBe('product_file_rejected');
  return error.message;
}

describe('metadata', () => {
  const withMetadata = (text: string): Promise<string> => refusal(zip(withSums([metadata(text)])));

  test('with an unknown blueprint type names property and type', async () => {
    expect(await withMetadata(METADATA.replace('type: string', 'type: colour'))).toMatch(
      /^member metadata\/metadata\.yml: property_blueprints\[0\] "greeting"\.type: unknown blueprint type "colour"; known types: string, text, secret/,
    );
  });

  test('that is a YAML bomb', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? '["lol"]' : `[${Array.from({ length: 10 }, () => `*l${level - 1}`).join(',')}]`;
      return `l${level}: &l${level} ${inner}`;
    });
    expect(await withMetadata(levels.join('\n'))).toBe(
      'member metadata/metadata.yml is no good YAML: Excessive alias count indicates a resource exhaustion attack. Get a good product file and import it again.',
    );
  });

  test.each([
    ['not: [closed', 'member metadata/metadata.yml is no good YAML: '],
    [`${METADATA}name: again\n`, 'Map keys must be unique'],
    ['- a list', 'member metadata/metadata.yml: '],
    [
      METADATA.replace('name: sample', 'name: ../sample'),
      'name: a product name has lower-case letters, digits and - only',
    ],
    [METADATA.replace('1.0.0', 'newest'), 'product_version: a product version looks like 1.2.0'],
    [
      METADATA.replace('.properties.greeting,', '.properties.other,'),
      'form all: no property blueprint for .properties.other',
    ],
    [
      METADATA.replace(
        '  - { name: greeting, type: string }',
        '  - { name: greeting, type: string }\n  - { name: greeting, type: text }',
      ),
      'property greeting is there twice',
    ],
    [
      METADATA.replace('type: string', "type: string, constraints: [{ must_match_regex: '(' }]"),
      '.properties.greeting: ( is no regular expression',
    ],
    [
      METADATA.replace('type: string', 'type: integer, default: many'),
      '.properties.greeting: its default must be a whole number',
    ],
    [METADATA.replace('type: string', 'type: selector'), '.properties.greeting: a selector needs option_templates'],
    [
      `${METADATA}job_types: [{ name: a, label: A, templates: [{ name: gone }] }]\n`,
      'job type a names the job gone, and member jobs/gone/job.yml is missing',
    ],
    [`x: ${'['.repeat(20_000)}`, 'member metadata/metadata.yml is no good YAML: '],
  ])('%j', async (text, sentence) => {
    expect(await withMetadata(text)).toContain(sentence);
  });

  test('that is missing', async () => {
    expect(await refusal(zip(withSums([member('releases/x', 'x')])))).toContain(
      'member metadata/metadata.yml is missing',
    );
  });
});

describe('jobs and templates', () => {
  const withTemplate = (text: string): Promise<string> =>
    refusal(zip(withSums([metadata(), job('{ run: bin/run }'), template(text)])));
  const MEMBER = 'member jobs/echo/templates/run';

  test.each([
    ['{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}', 'loops or grows without end'],
    ['{% for i in (1..10000000000) %}x{% endfor %}', 'loops or grows without end'],
    [
      '{% assign s = "xxxxxxxxxxxxxxxx" %}{% for i in (1..64) %}{% assign s = s | append: s %}{% endfor %}',
      'loops or grows without end',
    ],
    ['{% if x %}', 'is no good template: tag {% if x %} not closed'],
    ['x'.repeat(300 * 1024), 'is longer than 256 KB'],
  ])('%#', async (text, sentence) => {
    expect(await withTemplate(text)).toContain(`${MEMBER} ${sentence}`);
  });

  test('a job.yml that names a template that is missing', async () => {
    expect(await refusal(zip(withSums([metadata(), job('{ run: bin/run }')])))).toContain(
      'member jobs/echo/job.yml names the template run, which is missing',
    );
  });

  test('a job.yml that is wrong, or of another name', async () => {
    expect(await refusal(zip(withSums([metadata(), member('jobs/echo/job.yml', 'name: [')])))).toContain(
      'member jobs/echo/job.yml is no good YAML',
    );
    expect(await refusal(zip(withSums([metadata(), member('jobs/echo/job.yml', 'name: other')])))).toContain(
      'member jobs/echo/job.yml names the job other',
    );
    expect(await refusal(zip(withSums([metadata(), member('jobs/echo/run.js', 'x')])))).toContain(
      'member jobs/echo/run.js is neither a job.yml nor a template',
    );
  });
});
