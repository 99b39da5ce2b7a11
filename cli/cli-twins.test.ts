import { execFileSync } from 'node:child_process';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { cliTwins } from '#components/cli-twins.ts';
import { createPksProgram } from './pks-program.ts';
import type { Printer } from './print.ts';
import { runProgram } from './run-program.ts';
import { createTesseraProgram } from './tessera-program.ts';

// what the pages print is split by a real shell and parsed by the real programs; only the actions do nothing
const CLUSTER = { name: 'demo', externalHostname: 'demo.k8s.example', planName: 'small', workers: 2 };

/** For every twin: its line and the command it must reach. A new twin without an entry does not compile. */
const SAMPLES = {
  clusters: [cliTwins.clusters(), 'pks clusters'],
  cluster: [cliTwins.cluster('demo'), 'pks cluster'],
  createCluster: [cliTwins.createCluster(CLUSTER), 'pks create-cluster'],
  deleteCluster: [cliTwins.deleteCluster('demo'), 'pks delete-cluster'],
  credentials: [cliTwins.credentials('demo'), 'pks get-credentials'],
  plans: [cliTwins.plans(), 'pks plans'],
  pendingChanges: [cliTwins.pendingChanges(), 'tessera pending-changes'],
  apply: [cliTwins.apply(['p-bosh', 'pivotal-container-service']), 'tessera apply-changes'],
  installation: [cliTwins.installation(7), 'tessera installation'],
  installations: [cliTwins.installations(), 'tessera installations'],
  configureProduct: [cliTwins.configureProduct('p-bosh'), 'tessera form'],
  deployedStatus: [cliTwins.deployedStatus('pivotal-container-service-0123'), 'tessera instances'],
  task: [cliTwins.task(12), 'tessera task'],
  credentialReferences: [cliTwins.credentialReferences('p-bosh'), 'tessera credentials'],
  drills: [cliTwins.drills(), 'tessera drills'],
  drill: [cliTwins.drill(17), 'tessera drill show'],
  drillReport: [cliTwins.drillReport(17), 'tessera drill report'],
  runDrill: [
    cliTwins.runDrill({
      kind: 'kill-process',
      cluster: 'demo',
      victim: { type: 'process', instance: '0', name: 'worker/1', process: 'kubelet' },
      objectives: { detectMs: 2000, podsBackMs: null },
      reason: 'after an upgrade',
    }),
    'tessera drill run',
  ],
  workloads: [cliTwins.workloads('demo'), 'tessera workloads'],
  samples: [cliTwins.samples('demo'), 'tessera sample list'],
  removeSample: [cliTwins.removeSample('demo', 'orders'), 'tessera sample remove'],
  health: [cliTwins.health(), 'tessera health'],
  vms: [cliTwins.vms(), 'tessera vms'],
  changeInstance: [cliTwins.changeInstance('power-off', 'service-instance_1', 'worker/0'), 'tessera power-off'],
  switchAz: [cliTwins.switchAz('az1', 'off'), 'tessera az-power'],
  users: [cliTwins.users(), 'tessera users'],
  alerts: [cliTwins.alerts(), 'tessera alerts'],
  channels: [cliTwins.channels(), 'tessera channels'],
  addChannel: [cliTwins.addChannel(), 'tessera channels add'],
  version: [cliTwins.version(), 'tessera info'],
} as const satisfies Record<keyof typeof cliTwins, readonly [line: string, command: string]>;

type Parsed = { code: number; err: string; reached: string; args: unknown[]; options: unknown };

describe('the line of a page', () => {
  test.each(Object.entries(SAMPLES))('%s is a command that exists', async (_twin, [line, command]) => {
    const { code, err, reached } = await parseLine(line);
    expect([err, code, reached]).toEqual(['', 0, command]);
  });

  test('carries the ids of the page into the command', async () => {
    expect((await parseLine(SAMPLES.apply[0])).options).toMatchObject({
      product: ['p-bosh', 'pivotal-container-service'],
    });
    expect((await parseLine(cliTwins.apply([]))).options).not.toHaveProperty('product');
    expect((await parseLine(SAMPLES.installation[0])).args).toEqual([7]);
    expect(await parseLine(SAMPLES.createCluster[0])).toMatchObject({
      args: ['demo'],
      options: { externalHostname: 'demo.k8s.example', plan: 'small', numNodes: 2, wait: true },
    });
    expect((await parseLine(SAMPLES.deployedStatus[0])).options).toMatchObject({ ps: true });
    expect(await parseLine(SAMPLES.runDrill[0])).toMatchObject({
      args: ['kill-process'],
      options: { cluster: 'demo', victim: 'worker/1:kubelet', limit: { detectMs: 2000, podsBackMs: null } },
    });
  });

  test('with nothing typed yet shows what to fill in, and is still a command', async () => {
    const { code, args } = await parseLine(
      cliTwins.createCluster({ name: '', externalHostname: '', planName: '', workers: null }),
    );
    expect([code, args]).toEqual([0, ['NAME']]);
  });

  test('quotes what a shell would take apart', async () => {
    const name = "it's $(touch /tmp/x); two words";
    expect((await parseLine(cliTwins.deleteCluster(name))).args).toEqual([name]);
  });

  test.each([
    ['pks tasks', "unknown command 'tasks'"],
    ['tessera installation', "missing required argument 'id'"],
    ['tessera task seven', 'It must be a whole number'],
    ['tessera pending-changes --since yesterday', "unknown option '--since'"],
    ['tessera info more', 'too many arguments'],
  ])('%s would not pass this test', async (line, fault) => {
    const { code, err } = await parseLine(line);
    expect(code).toBe(1);
    expect(err).toContain(fault);
  });
});

async function parseLine(line: string): Promise<Parsed> {
  const [name, ...args] = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  const errors: string[] = [];
  const print: Printer = { line: () => undefined, error: (text) => errors.push(text) };
  const context = { print, environment: {}, sleep: async () => undefined };
  const program = name === 'pks' ? createPksProgram(context) : createTesseraProgram(context);
  expect(program.name()).toBe(name);
  const parsed: Parsed = { code: 0, err: '', reached: '', args: [], options: {} };
  replaceActions(program, (command) => {
    parsed.reached = pathOf(command);
    parsed.args = command.processedArgs.filter((argument) => argument !== undefined);
    parsed.options = command.opts();
  });
  parsed.code = await runProgram(program, args, print);
  parsed.err = errors.join('\n');
  return parsed;
}

function replaceActions(command: Command, reached: (command: Command) => void): void {
  for (const child of command.commands) {
    child.action(() => reached(child));
    replaceActions(child, reached);
  }
}

const pathOf = (command: Command): string =>
  [...(command.parent ? [pathOf(command.parent)] : []), command.name()].join(' ');
