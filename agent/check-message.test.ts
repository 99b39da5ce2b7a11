import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RenderedSpec } from '#model/job.ts';
import { parseBootstrap, parseForwardConfig, parseRequest, parseSpec } from './check-message.ts';
import { AgentRequest, Bootstrap } from './protocol.ts';

const REQUESTS = [
  { id: 'a', fencing: 1, method: 'ping' },
  { id: 'a', fencing: 1, method: 'apply', digest: 'd' },
  { id: 'a', fencing: 1, method: 'stop', drain: true },
  { id: 'a', fencing: 1, method: 'start' },
  { id: 'a', fencing: 1, method: 'run-script', script: 'pre-start' },
  { id: 'a', fencing: 1, method: 'run-errand', job: 'smoke-tests' },
  { id: 'a', fencing: 1, method: 'get-state' },
  { id: 'a', fencing: 1, method: 'restart-process', process: 'etcd' },
  { id: 'a', fencing: 1, method: 'read-log', process: 'etcd', lines: 100 },
  { id: 'a', fencing: 1, method: 'cancel', request: 'b' },
  {
    id: 'a',
    fencing: 1,
    method: 'probe-peer',
    targets: [
      { host: '10.0.0.2', port: 10250, path: '/healthz', tls: true },
      { host: '10.0.0.2', port: 22, path: null, tls: false },
    ],
    timeoutMs: 1000,
  },
  {
    id: 'a',
    fencing: 1,
    method: 'inject',
    drill: 'd-1',
    fault: { kind: 'signal-process', process: 'etcd', signal: 'STOP' },
    undoAfterMs: 60_000,
  },
  { id: 'a', fencing: 1, method: 'inject', drill: 'd-1', fault: { kind: 'halt' }, undoAfterMs: 1 },
  {
    id: 'a',
    fencing: 1,
    method: 'inject',
    drill: 'd-1',
    fault: { kind: 'cut-network', from: 'director' },
    undoAfterMs: 1,
  },
  { id: 'a', fencing: 1, method: 'undo-faults', drill: 'd-1' },
] satisfies AgentRequest[];

const SPEC = {
  instance: 'i',
  deployment: 'd',
  group: 'g',
  index: 0,
  az: 'az1',
  address: '10.0.0.1',
  digest: 'x',
  jobs: [
    {
      name: 'etcd',
      files: [{ path: 'bin/etcd', mode: '0755', content: '#!/bin/sh' }],
      processes: [
        {
          name: 'etcd',
          command: ['/var/vcap/jobs/etcd/bin/etcd'],
          env: { A: 'b' },
          finish: 'bin/finish',
          health: {
            http: 'http://127.0.0.1/',
            tcp: '127.0.0.1:1',
            exec: ['true'],
            interval_ms: 1,
            timeout_ms: 1,
            failures: 1,
          },
        },
      ],
      scripts: { 'pre-start': 'bin/pre-start' },
      errand: 'bin/run',
    },
  ],
} satisfies RenderedSpec;

/** Values that a fault may put in the place of another. */
const strange = fc.constantFrom<unknown>(null, undefined, true, -1, 1.5, 2001, '', 'pre-start', [], {}, ['x'], {
  a: 1,
});

describe('requests', () => {
  test.each(REQUESTS)('$method is read as it was written', (request) => {
    expect(parseRequest(JSON.stringify(request))).toEqual(request);
    expect(AgentRequest.parse(request)).toEqual(request);
  });

  test('every method of the protocol is known to the agent', () => {
    const methods = AgentRequest.options.map((option) => option.shape.method.value);
    expect([...new Set(REQUESTS.map((request) => request.method))].sort()).toEqual([...methods].sort());
  });

  test('nothing is accepted that the schema refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REQUESTS), fc.nat(30), strange, (request, at, value) => {
        const places = leavesOf(request);
        const text = JSON.stringify(replaced(request, places[at % places.length] ?? ['id'], value));
        if (!accepts(() => parseRequest(text))) return;
        expect(AgentRequest.safeParse(JSON.parse(text)).success).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('names that could leave their folder are refused', () => {
    const request = { id: 'a', fencing: 1, method: 'read-log', process: '../../etc/shadow', lines: 1 };
    expect(() => parseRequest(JSON.stringify(request))).toThrow('is no name');
  });

  test('a method of a newer director is refused by name', () => {
    expect(() => parseRequest('{"id":"a","fencing":1,"method":"dance"}')).toThrow(
      'method dance is not known to this agent',
    );
  });
});

describe('specs', () => {
  test('a spec is read as it was written', () => {
    expect(parseSpec(JSON.stringify(SPEC))).toEqual(SPEC);
    expect(RenderedSpec.parse(SPEC)).toEqual(SPEC);
  });

  test('nothing is accepted that the schema refuses, whatever value is replaced', () => {
    const places = leavesOf(SPEC);
    fc.assert(
      fc.property(fc.constantFrom(...places), strange, (place, value) => {
        const text = JSON.stringify(replaced(SPEC, place, value));
        if (!accepts(() => parseSpec(text))) return;
        expect(RenderedSpec.safeParse(JSON.parse(text)).success).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['../x', '/etc/passwd', 'bin/../../x', 'bin//x', '', '.', 'a\0b'])('path %j is refused', (path) => {
    const spec = replaced(SPEC, ['jobs', '0', 'files', '0', 'path'], path);
    expect(() => parseSpec(JSON.stringify(spec))).toThrow('is no path below');
  });

  test('a variable whose name the shell would run is refused', () => {
    const spec = replaced(SPEC, ['jobs', '0', 'processes', '0', 'env'], { 'A;reboot': 'x' });
    expect(() => parseSpec(JSON.stringify(spec))).toThrow('is no name of a variable');
  });
});

test('agent.json and the forwarder configuration say which field is missing', () => {
  const bootstrap = Object.fromEntries(Object.keys(Bootstrap.shape).map((key) => [key, 'x']));
  expect(parseBootstrap(JSON.stringify(bootstrap))).toEqual(bootstrap);
  for (const key of Object.keys(bootstrap)) {
    expect(() => parseBootstrap(JSON.stringify({ ...bootstrap, [key]: undefined }))).toThrow(`${key} is no text`);
  }
  expect(parseForwardConfig('{"port":1,"certificate":"c","key":"k"}')).toEqual({
    address: '0.0.0.0',
    port: 1,
    certificate: 'c',
    key: 'k',
  });
  expect(() => parseForwardConfig('{"port":"1","certificate":"c","key":"k"}')).toThrow('port is no whole number');
});

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    // refused: that is the answer
    return false;
  }
}

function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key])),
  ];
}

function replaced(value: unknown, [key, ...rest]: string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy: unknown = structuredClone(value);
  if (Array.isArray(copy)) {
    copy[Number(key)] = replaced(copy[Number(key)], rest, replacement);
    return copy;
  }
  return { ...(copy as object), [key]: replaced((copy as Record<string, unknown>)[key], rest, replacement) };
}
