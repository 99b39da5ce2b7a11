import type { AgentRequest } from '#agent/protocol.ts';
import { TesseraError } from '#server/platform/error.ts';
import { findInstance } from './read-instance.ts';
import type { StepContext } from './step.ts';

/** After a director's restart its agents are back within a second or so; a step that comes sooner waits for them. */
const RECONNECT_MS = 10_000;
/**
 * On a machine without a moment to spare an agent misses its pings, is cut off and comes back. While its VM is on that is no reason to give a
 * step up: the next try would begin with a new VM, which makes the machine busier still.
 */
const PATIENCE_MS = 120_000;
const QUESTIONS: readonly Request['method'][] = ['get-state', 'read-log'];

type Request = AgentRequest extends infer One
  ? One extends AgentRequest
    ? Omit<One, 'id' | 'fencing'>
    : never
  : never;

/**
 * Calls an agent for a step: waits for its connection, sends its output lines to the task's log, passes the step's signal on. An agent that is
 * away while its VM is on is waited for and asked again. Throws as `Agents.call` does.
 */
export async function askAgent(
  context: StepContext,
  instance: string,
  request: Request,
  deadlineMs: number,
): Promise<unknown> {
  const { clock, signal } = context;
  const started = clock.monotonic();
  let isSaid = false;
  for (;;) {
    const asked = clock.monotonic();
    try {
      return await askOnce(context, instance, request, deadlineMs);
    } catch (thrown) {
      const isTimeout = thrown instanceof TesseraError && thrown.code === 'agent_timeout';
      // a deed that took all its time is a failure of the VM's; one that failed sooner found no agent. A question costs nothing
      const isAway = isTimeout && (QUESTIONS.includes(request.method) || clock.monotonic() - asked < deadlineMs);
      const isLate = clock.monotonic() - started > PATIENCE_MS;
      if (!isAway || isLate || signal.aborted || !(await isOn(context, instance))) throw thrown;
      if (!isSaid) await context.log('agent: away while its VM is on; waiting for it', 'warn');
      isSaid = true;
    }
  }
}

async function askOnce(context: StepContext, instance: string, request: Request, deadlineMs: number): Promise<unknown> {
  const { agents, signal } = context;
  await agents.waitForAgent(instance, { signal, deadlineMs: RECONNECT_MS });
  // log lines are written in order and awaited at the end, so that a failing log write fails the step
  let written: Promise<void> = Promise.resolve();
  const answer = await agents.call(instance, request, {
    signal,
    deadlineMs,
    onOutput: (_stream, line) => {
      written = written.then(() => context.log(line));
      // observed below; without this an early failure would count as unhandled
      written.catch(() => undefined);
    },
  });
  await written;
  return answer;
}

async function isOn({ pool, cpi, signal }: StepContext, instance: string): Promise<boolean> {
  const row = await findInstance(pool, instance);
  return row?.vmCid != null && (await cpi.powerState(row.vmCid, { signal })) === 'on';
}
