import type { Fault } from '#agent/protocol.ts';
import { asTesseraError, TesseraError } from '#server/platform/error.ts';
import type { FaultContext, FaultOrder } from './fault-kind.ts';

const CALL_MS = 5000;
/** The rules are in force long before this. */
const CUT_MS = 1000;
/** Stop must take effect within 2 s: an agent that does not answer is left to its own undo. */
const UNDO_MS = 1500;

/** The agent arms the undo in a process of its own, then does it. */
export async function injectInVm(
  context: FaultContext,
  order: FaultOrder,
  fault: Fault,
  deadlineMs = CALL_MS,
): Promise<string> {
  const { agents, signal } = context;
  const { detail } = await agents.call(
    instanceOf(order),
    { method: 'inject', drill: drillName(order), fault, undoAfterMs: order.undoAfterMs },
    { signal, deadlineMs },
  );
  return detail;
}

/** A signal to the process that is hit. Throws invalid_input for a victim that is none. */
export async function signalVictim(context: FaultContext, order: FaultOrder, signal: 'KILL' | 'STOP'): Promise<string> {
  if (order.victim.type !== 'process') throw new TesseraError('invalid_input', 'The victim is no process.');
  return injectInVm(context, order, { kind: 'signal-process', process: order.victim.process, signal });
}

export const killIsNotUndone = async (): Promise<string> => 'a killed process is started again, not undone';

/** Now if the agent is heard; otherwise the undo armed on the victim does it, and that is said. */
export async function undoInVm(context: FaultContext, order: FaultOrder): Promise<string> {
  const { agents, signal } = context;
  const instance = instanceOf(order);
  const itself = `the undo armed on the VM acts by itself at ${order.undoAt.toISOString().slice(11, 19)}`;
  if (!agents.isConnected(instance)) return `no agent to ask: ${itself}`;
  try {
    const { undone } = await agents.call(
      instance,
      { method: 'undo-faults', drill: drillName(order) },
      { signal, deadlineMs: UNDO_MS },
    );
    return undone === 0 ? 'nothing was left to undo' : 'the agent undid it';
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof TesseraError)) throw thrown;
    return `${thrown.message} So ${itself}`;
  }
}

/**
 * A cut takes its own answer along: that none comes is how it looks when it was done. Throws agent_timeout when there was no agent to ask, and
 * what the agent itself says against it.
 */
export async function cutInVm(context: FaultContext, order: FaultOrder): Promise<string> {
  const instance = instanceOf(order);
  await context.agents.waitForAgent(instance, { signal: context.signal, deadlineMs: CALL_MS });
  try {
    return await injectInVm(context, order, { kind: 'cut-network', from: order.cut }, CUT_MS);
  } catch (thrown) {
    if (context.signal.aborted || asTesseraError(thrown).code !== 'agent_timeout') throw thrown;
    return 'the network is cut: no answer comes from the VM any more';
  }
}

/** Id of the instance a victim lies in. Throws invalid_input for victims that are none. */
export function instanceOf({ victim }: Pick<FaultOrder, 'victim'>): string {
  if (victim.type === 'instance' || victim.type === 'process') return victim.instance;
  throw new TesseraError('invalid_input', `A ${victim.type} is no instance.`);
}

const drillName = ({ id }: FaultOrder): string => `drill-${id}`;
