import { describe, expect, test } from 'vitest';
import { JobSpec } from '#model/job.ts';
import type { ManifestJob } from '#model/manifest.ts';
import { mergeProperties, type RenderContext, renderJob } from './render-job.ts';

const CONTEXT: RenderContext = {
  spec: {
    id: 'i-0',
    name: 'web/0',
    group: 'web',
    index: 0,
    az: 'az1',
    address: '10.0.0.5',
    hostname: 'web-0',
    bootstrap: true,
    seeded: false,
    deployment: 'd',
    network: 'n',
    vm_type: 'small',
  },
  links: { none: null },
  addresses: { vip: '10.0.0.9' },
};

const manifestJob = (properties: Record<string, unknown> = {}): ManifestJob => ({
  name: 'web',
  release: 'p',
  properties,
  consumes: {},
});

function renderText(text: string, properties: Record<string, unknown> = {}, declared: Record<string, unknown> = {}) {
  const spec = JobSpec.parse({
    name: 'web',
    templates: { 'web.liquid': 'config/web' },
    properties: {
      list: { description: '', default: ['a', 'b'] },
      text: { description: '', default: 'x' },
      ...declared,
    },
  });
  return renderJob({ spec, templates: { 'web.liquid': text } }, manifestJob(properties), CONTEXT, async () => 's3cret');
}

async function textOf(text: string, properties?: Record<string, unknown>): Promise<string | undefined> {
  return (await renderText(text, properties)).files[0]?.content;
}

describe('a template', () => {
  test.each<[string, string, string]>([
    ['sees the instance', '{{ spec.name }} {{ spec.az }} {{ spec.address }}', 'web/0 az1 10.0.0.5'],
    ['sees named addresses', '{{ addresses.vip }}', '10.0.0.9'],
    ['joins and splits lists', "{{ properties.list | join: ' ' }} {{ 'a,b' | split: ',' | last }}", 'a b b'],
    ['writes JSON', '{{ properties.list | json }}', '["a","b"]'],
    ['quotes for YAML', '{{ \'say "hi": x\' | yaml }}', '"say \\"hi\\": x"'],
    ['quotes for the shell', '{{ "it\'s" | shell }}', "'it'\\''s'"],
    ['encodes base64', '{{ properties.text | base64 }}', 'eA=='],
  ])('%s', async (_what, template, expected) => {
    expect(await textOf(template)).toBe(expected);
  });

  test('indents the later lines of a text', async () => {
    expect(await textOf('a: |\n  {{ properties.text | indent: 2 }}', { text: '1\n2\n' })).toBe('a: |\n  1\n  2');
  });

  test('opens references', async () => {
    expect(await textOf('{{ properties.text }}', { text: 'pw=((password))' })).toBe('pw=s3cret');
  });

  test.each<[string, string, RegExp]>([
    [
      'an unknown variable',
      'a\nb\n{{ properties.txet }}',
      /^Job web, templates\/web\.liquid, line 3: undefined variable: properties\.txet\.$/,
    ],
    [
      'an unknown variable in a condition',
      '{% if links.nobody %}x{% endif %}',
      /line 1: undefined variable: links\.nobody/,
    ],
    ['an unknown filter', '\n{{ spec.id | shout }}', /line 2: undefined filter: shout/],
    ['a tag left open', '{% for a in properties.list %}', /line 1: .*not closed/],
    ['a property of every object', '{{ properties.constructor }}', /undefined variable/],
    ['a file of the director', "{% include '/etc/passwd' %}", /line 1: .*Failed to lookup/],
    ['a loop without end', '{% for i in (1..1000000000) %}x{% endfor %}', /line 1: .*limit exceeded/],
    ['loops in loops', `${'{% for i in (1..999) %}'.repeat(4)}x${'{% endfor %}'.repeat(4)}`, /limit exceeded/],
    ['a text too long', 'x'.repeat(300_000), /limit exceeded/],
  ])('is refused for %s, by job, template and line', async (_what, template, reason) => {
    await expect(renderText(template)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(reason),
    });
  });

  test('does not tell a secret when it fails', async () => {
    const refusal = renderText('{{ properties.text }} {{ properties.gone }}', { text: '((password))' });
    await expect(refusal).rejects.toThrow('properties.gone');
    await expect(refusal).rejects.not.toThrow('s3cret');
  });
});

describe('a job', () => {
  const SPEC = {
    name: 'web',
    templates: { 'run.liquid': 'bin/run', 'web.liquid': 'config/web.conf' },
    processes: [
      {
        name: 'web',
        command: ['/var/vcap/jobs/web/bin/run', '--name={{ spec.hostname }}'],
        env: { PORT: '{{ properties.port }}' },
        finish: 'bin/run',
        health: { http: 'http://127.0.0.1:{{ properties.port }}/', exec: ['test', '{{ spec.id }}'] },
      },
    ],
    scripts: { drain: 'bin/run' },
    properties: { port: { description: '', default: 80 } },
  };
  const templates = { 'run.liquid': '#!/bin/bash\n', 'web.liquid': 'x' };

  test('is rendered whole: files with modes, commands, environment, health', async () => {
    const rendered = await renderJob(
      { spec: JobSpec.parse(SPEC), templates },
      manifestJob({ port: 81 }),
      CONTEXT,
      async () => '',
    );
    expect(rendered).toMatchObject({
      files: [
        { path: 'bin/run', mode: '0755' },
        { path: 'config/web.conf', mode: '0640' },
      ],
      processes: [
        {
          command: ['/var/vcap/jobs/web/bin/run', '--name=web-0'],
          env: { PORT: '81' },
          finish: 'bin/run',
          health: { http: 'http://127.0.0.1:81/', exec: ['test', 'i-0'], failures: 10 },
        },
      ],
      scripts: { drain: 'bin/run' },
    });
    expect(rendered).not.toHaveProperty('errand');
  });

  test.each(['../web', '/etc/passwd', 'bin/../../x', 'bin//x', ''])('may not write %s', async (path) => {
    const spec = JobSpec.parse({ ...SPEC, templates: { 'run.liquid': path } });
    await expect(renderJob({ spec, templates }, manifestJob(), CONTEXT, async () => '')).rejects.toThrow(
      'no path below',
    );
  });

  test('gets defaults below given values, by dotted names', () => {
    const spec = JobSpec.parse({
      name: 'web',
      properties: {
        'log.level': { description: '', default: 'info' },
        'log.format': { description: '', default: 'json' },
        tls: { description: 'whole' },
        never: { description: 'no default' },
      },
    });
    expect(mergeProperties(spec, { log: { level: 'debug' }, tls: { ca: 'x', any: 1 } })).toEqual({
      log: { level: 'debug', format: 'json' },
      tls: { ca: 'x', any: 1 },
    });
    expect(() => mergeProperties(spec, { log: { colour: 1 } })).toThrow('Job web has no property log.colour');
    expect(() => mergeProperties(spec, { prot: 1 })).toThrow('Job web has no property prot');
  });
});
