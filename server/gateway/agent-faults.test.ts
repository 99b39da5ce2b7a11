import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentState } from '#agent/protocol.ts';
import { startTrialAgent, type TrialAgent } from '#agent/trial-agent.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { callOptions, newInstance, setUpTrial, type Trial, trialJob, trialSpec, until } from './agent-fixture.ts';
import type { Gateway } from './gateway.ts';

/** Faults of drills in a real agent with real processes; what the agent reports of them is what the world would see. */
const database = useTestDatabase();
const instance = newInstance();
let trial: Trial;
let gateway: Gateway;
let agent: TrialAgent;

/** A wrapper that stays, and its program: a signal to the wrapper alone would leave the program running. */
const WRAPPED = ['bash', '-c', 'sleep 1000 & echo $! > "$0"; wait'];
const programPid = () => Number(readFileSync(join(agent.root, 'program.pid'), 'utf8'));
const state = (): Promise<AgentState> => gateway.agents.call(instance, { method: 'get-state' }, callOptions);
const wrapped = async () => (await state()).processes.find((process) => process.name === 'wrapped');
const inject = (signal: 'KILL' | 'STOP', undoAfterMs: number) =>
  gateway.agents.call(
    instance,
    { method: 'inject', drill: 'd1', fault: { kind: 'signal-process', process: 'wrapped', signal }, undoAfterMs },
    callOptions,
  );

beforeAll(async () => {
  trial = await setUpTrial(database.pool);
  gateway = await trial.open(1);
  agent = startTrialAgent(await trial.bootstrap(instance));
  const command = [...WRAPPED, join(agent.root, 'program.pid')];
  const job = trialJob(agent.root, 'wrapped', '', { processes: [{ name: 'wrapped', command, env: {} }] });
  trial.specs.set(instance, trialSpec(instance, [job]));
  await gateway.agents.waitForAgent(instance, callOptions);
  await gateway.agents.call(
    instance,
    { method: 'apply', digest: trial.specs.get(instance)?.digest ?? '' },
    callOptions,
  );
  await until(async () => (await state()).jobState === 'running');
});

afterAll(async () => {
  await agent.end();
  await gateway.close();
  trial.close();
});

test('a hang stops wrapper and program, and undo-faults lets both go on; a second undo finds nothing', async () => {
  const pid = (await wrapped())?.pid ?? 0;
  const { detail } = await inject('STOP', 60_000);
  expect(detail).toContain(`pid ${pid}`);
  await until(() => isStopped(pid) && isStopped(programPid()));
  const undo = () => gateway.agents.call(instance, { method: 'undo-faults', drill: 'd1' }, callOptions);
  expect(await undo()).toEqual({ undone: 1 });
  await until(() => !isStopped(pid) && !isStopped(programPid()));
  expect(await undo()).toEqual({ undone: 0 });
  expect((await wrapped())?.pid).toBe(pid);
});

test('a hang ends by itself when its time is over, with the agent dead', async () => {
  const pid = (await wrapped())?.pid ?? 0;
  await inject('STOP', 1500);
  await until(() => isStopped(pid) && isStopped(programPid()));
  process.kill(agent.pid(), 'SIGSTOP');
  await until(() => !isStopped(pid) && !isStopped(programPid()));
  process.kill(agent.pid(), 'SIGCONT');
  await until(() => readdirSync(join(agent.root, 'run/tessera-faults')).length === 0);
});

test('a process that stays stopped is killed as hung, although no health check asks it', async () => {
  const before = await wrapped();
  await inject('STOP', 60_000);
  const failing = await until(async () => {
    const found = await wrapped();
    return found?.state === 'failing' && found;
  });
  expect(failing.pid).toBe(before?.pid);
  const after = await until(async () => {
    const found = await wrapped();
    return found?.state === 'running' && found.pid !== before?.pid && found;
  });
  expect(after.lastExit).toBe('killed by SIGKILL (hung: stopped by a signal)');
  // what is left to undo is gone with the process
  await gateway.agents.call(instance, { method: 'undo-faults', drill: 'd1' }, callOptions);
});

test('a program that is stopped behind its wrapper is hung too', async () => {
  const before = await wrapped();
  process.kill(programPid(), 'SIGSTOP');
  await until(async () => (await wrapped())?.restarts === (before?.restarts ?? 0) + 1);
  await until(async () => (await wrapped())?.state === 'running');
});

test('a kill ends the program too, and is told as any other end', async () => {
  const before = await wrapped();
  const program = programPid();
  await inject('KILL', 1000);
  const after = await until(async () => {
    const found = await wrapped();
    return found?.state === 'running' && found.pid !== before?.pid && found;
  });
  expect(after).toMatchObject({ lastExit: 'killed by SIGKILL', restarts: (before?.restarts ?? 0) + 1 });
  await until(() => programPid() !== program);
  await until(() => stateOf(program) === null || stateOf(program) === 'Z');
});

const isStopped = (pid: number): boolean => stateOf(pid) === 'T';

/** Letter of /proc/<pid>/stat; null when the process is gone. */
function stateOf(pid: number): string | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2)[0] ?? null;
}
