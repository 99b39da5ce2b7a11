import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Jobs } from './apply-spec.ts';
import { parseBootstrap } from './check-message.ts';
import { type Clock, jittered, pause } from './clock.ts';
import { Connection } from './connection.ts';
import { ExitReader } from './exits.ts';
import { Faults } from './faults.ts';
import { fetchSpec } from './fetch-spec.ts';
import { Heartbeat } from './heartbeat.ts';
import { readKeptState, writeKeptState } from './kept-state.ts';
import { capLogs, tailLines } from './logs.ts';
import type { Paths } from './paths.ts';
import { type PrintLog, sentence } from './print-log.ts';
import { ProcessTable } from './process-table.ts';
import type { AgentMessage, AgentState, Bootstrap } from './protocol.ts';
import { RequestServer } from './serve-requests.ts';
import { processLog } from './service-scripts.ts';
import { VitalsReader } from './vitals.ts';

export const AGENT_VERSION = '1';

const ALIVE_EVERY_MS = 1000;
const CAP_LOGS_EVERY_MS = 15_000;
const POST_START_LOOK_MS = 250;
/** A post-start or a boot that failed is tried again after this long. */
const RETRY_MS = 5000;
const LOOKED_WITHIN_MS = 1500;

export type AgentOptions = { paths: Paths; clock: Clock; log: PrintLog; newId: () => string; signal: AbortSignal };

/**
 * The agent of one VM. It promises to bring the VM's jobs to the spec its director has, to say how they are, and to be harmless when it dies:
 * runit runs the processes, and what the next agent must know lies on tmpfs. It never starts a job that no spec names.
 */
export async function startAgent(options: AgentOptions): Promise<void> {
  const { paths, clock, log, signal } = options;
  for (const folder of [paths.versions, paths.services, paths.jobs, paths.logs, dirname(paths.alive)]) {
    mkdirSync(folder, { recursive: true });
  }
  const bootstrap = parseBootstrap(readFileSync(paths.bootstrap, 'utf8'));
  const kept = readKeptState(paths, options.newId);
  const isNewVm = kept.digest === null;
  const vitals = new VitalsReader(paths, clock);

  const send = (message: AgentMessage): void => {
    connection.send(message);
  };
  const heartbeat = new Heartbeat({
    clock,
    readVitals: () => vitals.read(),
    sendState: (read) => send({ type: 'state', state: state(read) }),
  });
  const onChange = (): void => heartbeat.noteChange();
  const table = new ProcessTable({ paths, clock, log, kept, onChange, onExit: (exit) => send({ type: 'exit', exit }) });
  const jobs = new Jobs({ paths, clock, kept, table, onChange });
  const state = (read: AgentState['vitals']): AgentState => ({
    jobState: jobs.jobState,
    digest: jobs.digest,
    processes: table.reports(),
    vitals: read,
  });
  const requests = new RequestServer({
    jobs,
    faults: new Faults({ paths, gateway: new URL(bootstrap.gateway).hostname }),
    fencing: () => kept.fencing,
    raiseFencing: (fencing) => {
      kept.fencing = fencing;
      writeKeptState(paths, kept);
    },
    fetchSpec: () => fetchSpec(bootstrap, null),
    state: () => state(null),
    readLog: (process, lines) => {
      const job = table.jobOf(process);
      if (job === null)
        throw new Error(`no process is named ${process}; there are: ${table.names.join(', ') || 'none'}`);
      return tailLines(processLog(paths, job, process), lines);
    },
    send,
    log,
  });
  const connection = new Connection({
    bootstrap,
    clock,
    log,
    hello: () => ({ type: 'hello', agentVersion: AGENT_VERSION, bootId: kept.bootId, state: state(vitals.read()) }),
    onRequest: (text) => requests.receive(text),
  });
  const exits = new ExitReader(paths, clock, kept.exitsRead, (exit, position) => {
    kept.exitsRead = position;
    table.noteExit(exit);
    writeKeptState(paths, kept);
  });

  // a VM that stops ends the supervisors too: they must not be started again
  signal.addEventListener('abort', () => table.close(), { once: true });
  writeKeptState(paths, kept);
  exits.start();
  log('info', 'agent started', { instance: bootstrap.instance, digest: kept.digest, processes: table.names.length });
  // an adopted process is `running` in the first hello, not `starting` for a moment
  if (!isNewVm) await Promise.race([table.looked(), pause(clock, LOOKED_WITHIN_MS, signal)]);
  await Promise.all([
    connection.run(signal),
    heartbeat.run(signal),
    touchAlive(options),
    keepLogsSmall(options),
    runPostStarts(options, jobs),
    isNewVm ? applyAtBoot(options, bootstrap, jobs, requests) : undefined,
  ]);
  exits.close();
}

/** Asks for the spec without being told, so that a VM that was rebooted starts its jobs by itself. Ends when a spec is in force or none exists. */
async function applyAtBoot(
  options: AgentOptions,
  bootstrap: Bootstrap,
  jobs: Jobs,
  requests: RequestServer,
): Promise<void> {
  const { clock, log, signal } = options;
  const asked = { signal, onLine: () => undefined };
  while (!signal.aborted && jobs.digest === null) {
    try {
      const fetched = await fetchSpec(bootstrap, null);
      if (fetched.kind !== 'spec') return;
      // an apply that the director asked for meanwhile makes this one do nothing
      await requests.exclusively(() => jobs.apply(fetched.spec, asked));
      log('info', 'spec applied at boot', { digest: fetched.spec.digest });
    } catch (thrown) {
      log('warn', 'cannot apply the spec at boot', { error: sentence(thrown) });
      const isReached = jobs.jobState === 'failing';
      await pause(clock, isReached ? RETRY_MS : jittered(200, 1000), signal);
    }
  }
}

/** Runs the post-start scripts when all processes run, also when no director is there to ask for it. */
async function runPostStarts(options: AgentOptions, jobs: Jobs): Promise<void> {
  const { clock, log, signal } = options;
  while (!signal.aborted) {
    if (jobs.isPostStartDue) {
      try {
        await jobs.runScript('post-start', { signal, onLine: () => undefined });
      } catch (thrown) {
        log('warn', 'post-start failed', { error: sentence(thrown) });
        await pause(clock, RETRY_MS, signal);
      }
    }
    await pause(clock, POST_START_LOOK_MS, signal);
  }
}

async function touchAlive({ paths, clock, signal }: AgentOptions): Promise<void> {
  while (!signal.aborted) {
    writeFileSync(paths.alive, '');
    await pause(clock, ALIVE_EVERY_MS, signal);
  }
}

async function keepLogsSmall({ paths, clock, log, signal }: AgentOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      capLogs(paths.logs);
    } catch (thrown) {
      log('warn', 'cannot cap logs', { error: sentence(thrown) });
    }
    await pause(clock, CAP_LOGS_EVERY_MS, signal);
  }
}
