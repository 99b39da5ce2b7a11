import type { AgentRequest } from '#agent/protocol.ts';
import type { StepContext } from './step.ts';

/** After a director's restart its agents are back within a second or so; a step that comes sooner waits for them. */
const RECONNECT_MS = 10_000;

type Request = AgentRequest extends infer One
  ? One extends AgentRequest
    ? Omit<One, 'id' | 'fencing'>
    : never
  : never;

/** Calls an agent for a step: waits for its connection, sends its output lines to the task's log, passes the step's signal on. */
export async function askAgent(
  context: StepContext,
  instance: string,
  request: Request,
  deadlineMs: number,
): Promise<unknown> {
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
