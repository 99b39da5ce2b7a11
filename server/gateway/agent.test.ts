import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentState } from '#agent/protocol.ts';
import { startTrialAgent, type TrialAgent } from '#agent/trial-agent.ts';
import { useTestDatabase } from '#db/test-database.ts';
import type { ProcessReport } from '#model/deployment.ts';
import {
  callOptions,
  newInstance,
  script,
  setUpTrial,
  type Trial,
  trialJob,
  trialSpec,
  until,
} from './agent-fixture.ts';
import type { Gateway } from './gateway.ts';

/** A real agent process under runsv, real processes under runsv, a real gateway. */
const database = useTestDatabase();
let trial: Trial;
let gateway: Gateway;
let agent: TrialAgent;
const instance = newInstance();

const state = (): Promise<AgentState> => gateway.agents.call(instance, { method: 'get-state' }, callOptions);
const running = async (): Promise<Map<string, ProcessReport> | null> => {
  const now = await state();
  return now.jobState === 'running' ? new Map(now.processes.map((process) => [process.name, process])) : null;
};
const pids = async (): Promise<Record<string, number | null>> =>
  Object.fromEntries([...(await until(running))].map(([name, process]) => [name, process.pid]));
const ready = (name: string) => join(agent.root, `${name}.ready`);
/** Ready at once; says so in a file, as a server does by listening. */
const server = (name: string, more = '') => `${more}\ntouch '${ready(name)}'\nexec sleep 1000`;

function want(...jobs: Parameters<typeof trialJob>[]): void {
  trial.specs.set(
    instance,
    trialSpec(
      instance,
      jobs.map((job) => trialJob(...job)),
    ),
  );
}
const apply = () =>
  gateway.agents.call(instance, { method: 'apply', digest: trial.specs.get(instance)?.digest ?? '' }, callOptions);

beforeAll(async () => {
  trial = await setUpTrial(database.pool);
  gateway = await trial.open(1);
  agent = startTrialAgent(await trial.bootstrap(instance));
});

afterAll(async () => {
  await agent.end();
  await gateway.close();
  trial.close();
});

describe('an agent', () => {
  test('connects, says that it runs nothing, and applies the spec it is told of', async () => {
    const hello = await gateway.agents.waitForAgent(instance, callOptions);
    expect(hello.digest).toBeNull();
    want([agent.root, 'alpha', server('alpha', 'echo "$GREETING"')], [agent.root, 'beta', server('beta')]);
    expect(await apply()).toEqual({ digest: trial.specs.get(instance)?.digest });
    const processes = await until(running);
    expect([...processes.keys()]).toEqual(['alpha', 'beta']);
    const { lines } = await gateway.agents.call(
      instance,
      { method: 'read-log', process: 'alpha', lines: 5 },
      callOptions,
    );
    expect(lines).toEqual(["it's $HOME"]);
  });

  test('does nothing when it is told to apply what is in force', async () => {
    const before = await pids();
    await apply();
    expect(await pids()).toEqual(before);
  });

  test('restarts only the processes of a job that changed, and takes away what is gone', async () => {
    const before = await pids();
    want(
      [agent.root, 'alpha', server('alpha', '# changed')],
      [agent.root, 'beta', server('beta')],
      [agent.root, 'gamma', server('gamma')],
    );
    await apply();
    const after = await pids();
    expect(after.beta).toBe(before.beta);
    expect(after.alpha).not.toBe(before.alpha);
    expect(after.gamma).toBeTypeOf('number');
    want([agent.root, 'alpha', server('alpha', '# changed')], [agent.root, 'beta', server('beta')]);
    await apply();
    expect(Object.keys(await pids())).toEqual(['alpha', 'beta']);
    expect(existsSync(join(agent.root, 'run/jobs/gamma'))).toBe(false);
    expect(existsSync(join(agent.root, 'var/vcap/jobs/gamma'))).toBe(false);
  });

  test('is back in about a second after kill -9, with the same processes and their counts', async () => {
    await until(running);
    const before = await pids();
    const killed = agent.pid();
    const started = performance.now();
    process.kill(killed, 'SIGKILL');
    await until(() => !gateway.agents.isConnected(instance));
    const hello = await gateway.agents.waitForAgent(instance, callOptions);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(agent.pid()).not.toBe(killed);
    expect(hello.jobState).toBe('running');
    expect(hello.digest).toBe(trial.specs.get(instance)?.digest);
    expect(Object.fromEntries(hello.processes.map((process) => [process.name, process.pid]))).toEqual(before);
  });

  test('tells of a killed process at once, counts its restarts and keeps the count when it dies itself', async () => {
    const before = (await until(running)).get('beta');
    rmSync(ready('beta'));
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const after = await until(async () => {
      const beta = (await running())?.get('beta');
      return beta?.restarts === 1 && beta;
    });
    expect(after).toMatchObject({ state: 'running', lastExit: 'killed by SIGKILL' });
    expect(after.pid).not.toBe(before?.pid);
    process.kill(agent.pid(), 'SIGKILL');
    await until(() => !gateway.agents.isConnected(instance));
    const hello = await gateway.agents.waitForAgent(instance, callOptions);
    expect(hello.processes.find((process) => process.name === 'beta')).toMatchObject({ restarts: 1 });
  });

  test('counts ends that came while it was away', async () => {
    const beta = (await until(running)).get('beta');
    process.kill(agent.pid(), 'SIGKILL');
    process.kill(beta?.pid ?? 0, 'SIGKILL');
    await until(() => !gateway.agents.isConnected(instance));
    await gateway.agents.waitForAgent(instance, callOptions);
    await until(async () => (await running())?.get('beta')?.restarts === 2);
  });

  test('kills a process that fails its check while it runs', async () => {
    const before = (await until(running)).get('alpha');
    rmSync(ready('alpha'));
    const after = await until(async () => {
      const alpha = (await running())?.get('alpha');
      return alpha && alpha.pid !== before?.pid && alpha;
    });
    expect(after.lastExit).toMatch(/^killed by SIGKILL \(hung: test ended with 1\)$/);
  });

  test('calls a process that ends again and again failing', async () => {
    want(
      [agent.root, 'alpha', server('alpha', '# changed')],
      [agent.root, 'beta', server('beta')],
      [agent.root, 'crash', 'sleep 0.1; exit 3'],
    );
    await apply();
    const crash = await until(
      async () => (await state()).processes.find((process) => process.name === 'crash' && process.state === 'failing'),
      12_000,
    );
    expect(crash).toMatchObject({ lastExit: 'exit 3' });
    expect((await state()).jobState).toBe('failing');
    want([agent.root, 'alpha', server('alpha', '# changed')], [agent.root, 'beta', server('beta')]);
    await apply();
    await until(running);
  });
});

describe('scripts', () => {
  test('pre-start that fails is told with its last lines, nothing new is started, and the next apply goes on', async () => {
    const flag = join(agent.root, 'allowed');
    const broken = (): Parameters<typeof trialJob> => [
      agent.root,
      'delta',
      server('delta'),
      {
        scripts: { 'pre-start': 'bin/pre-start' },
        files: [script('bin/pre-start', `echo out; echo "no flag" >&2; test -e '${flag}'`)],
      },
    ];
    const before = await pids();
    want([agent.root, 'alpha', server('alpha', '# changed')], [agent.root, 'beta', server('beta')], broken());
    await expect(apply()).rejects.toThrow('pre-start of job delta ended with exit 1: no flag');
    const failed = await state();
    expect(failed.jobState).toBe('failing');
    expect(failed.digest).toBeNull();
    writeFileSync(flag, '');
    await apply();
    const after = await pids();
    expect(after).toMatchObject({ alpha: before.alpha, beta: before.beta });
    expect(after.delta).toBeTypeOf('number');
  });

  test('an errand streams its lines and answers its exit code', async () => {
    const errand: Parameters<typeof trialJob> = [
      agent.root,
      'smoke',
      'echo one; sleep 0.05; echo two >&2; exit 4',
      { processes: [], errand: 'bin/run' },
    ];
    want([agent.root, 'alpha', server('alpha', '# changed')], errand);
    await apply();
    const lines: string[] = [];
    const result = await gateway.agents.call(
      instance,
      { method: 'run-errand', job: 'smoke' },
      { ...callOptions, onOutput: (stream, line) => lines.push(`${stream} ${line}`) },
    );
    expect(result).toEqual({ exitCode: 4, stdout: 'one\n', stderr: 'two\n' });
    expect(lines).toEqual(['stdout [smoke/run] one', 'stderr [smoke/run] two']);
    await expect(gateway.agents.call(instance, { method: 'run-errand', job: 'alpha' }, callOptions)).rejects.toThrow(
      'no errand',
    );
  });

  test('stop runs pre-stop, drains by the protocol, stops, runs post-stop; start brings all back', async () => {
    const trace = join(agent.root, 'trace');
    const note = (text: string) =>
      `echo "${text} $(kill -0 $(cat '${agent.root}/run/jobs/drained/supervise/pid') 2>/dev/null && echo up || echo down)" >> '${trace}'`;
    want([
      agent.root,
      'drained',
      server('drained'),
      {
        scripts: {
          'pre-stop': 'bin/pre-stop',
          drain: 'bin/drain',
          'post-stop': 'bin/post-stop',
          'post-start': 'bin/post-start',
        },
        files: [
          script('bin/pre-stop', note('pre-stop')),
          // dynamic twice, then static
          script('bin/drain', `${note('drain $1 $2')}\n[ "$(grep -c drain '${trace}')" -lt 3 ] && echo -1 || echo 0`),
          script('bin/post-stop', note('post-stop')),
          script('bin/post-start', note('post-start')),
        ],
      },
    ]);
    await apply();
    await until(running);
    expect(
      await gateway.agents.call(instance, { method: 'run-script', script: 'post-start' }, callOptions),
    ).toHaveProperty('jobs');
    await gateway.agents.call(instance, { method: 'stop', drain: true }, callOptions);
    expect(readFileSync(trace, 'utf8').trim().split('\n')).toEqual([
      'post-start up',
      'pre-stop up',
      'drain job_shutdown hash_unchanged up',
      'drain job_check_status hash_unchanged up',
      'drain job_check_status hash_unchanged up',
      'post-stop down',
    ]);
    expect(await state()).toMatchObject({ jobState: 'stopped', processes: [{ state: 'stopped', pid: null }] });
    process.kill(agent.pid(), 'SIGKILL');
    await until(() => !gateway.agents.isConnected(instance));
    expect((await gateway.agents.waitForAgent(instance, callOptions)).jobState).toBe('stopped');
    await gateway.agents.call(instance, { method: 'start' }, callOptions);
    await until(running);
  }, 30_000);
});

describe('directors', () => {
  test('a director that comes back finds its agents within a second or so', async () => {
    const before = await pids();
    await gateway.close();
    gateway = await trial.open(2);
    await gateway.agents.waitForAgent(instance, callOptions);
    expect(await pids()).toEqual(before);
  });

  test('a director whose slot was taken over is refused', async () => {
    await gateway.agents.call(instance, { method: 'ping' }, callOptions);
    await gateway.close();
    gateway = await trial.open(1);
    await expect(gateway.agents.call(instance, { method: 'ping' }, callOptions)).rejects.toThrow(
      'fencing number 1 is older than 2',
    );
    process.kill(agent.pid(), 'SIGKILL');
    await until(() => !gateway.agents.isConnected(instance));
    await expect(gateway.agents.call(instance, { method: 'ping' }, callOptions)).rejects.toThrow(
      'fencing number 1 is older than 2',
    );
    await gateway.close();
    gateway = await trial.open(3);
    await gateway.agents.call(instance, { method: 'ping' }, callOptions);
  });
});
