import { z } from 'zod';
import { ProcessReport, Vitals } from '#model/deployment.ts';
import { ScriptName } from '#model/job.ts';

/**
 * Messages between agent and director: JSON text frames over one WebSocket the agent opens to `wss://<gateway>/v1/agent`
 * with its client certificate. The director sends requests; the agent answers each by id and sends reports unasked.
 * The WebSocket ping (each second, sent by the agent) is the heartbeat of life; no JSON is needed for it.
 */

/** `agent.json`: handed to the VM by the CPI. */
export const Bootstrap = z.strictObject({
  instance: z.string(),
  /** `https://<gateway address>:<port>`; the WebSocket is the same address with wss. */
  gateway: z.string(),
  /** `https://<gateway address>:<port>` of the REST listener; only API VMs are let in. */
  rest: z.string(),
  caPem: z.string(),
  certificatePem: z.string(),
  privateKeyPem: z.string(),
});
export type Bootstrap = z.infer<typeof Bootstrap>;

/** Something in the VM's network that is asked whether it works. Without a path: the TLS handshake, or the first byte it says by itself. */
export const PeerTarget = z.strictObject({
  host: z.string(),
  port: z.number().int().positive(),
  path: z.string().nullable(),
  tls: z.boolean(),
});
export type PeerTarget = z.infer<typeof PeerTarget>;

/**
 * What a drill does to a VM from inside. A signal goes to the whole process group of a job's process, so that a wrapper does not shield the
 * program. A cut network: no packet to or from the gateway address, or none at all but on loopback.
 */
export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('signal-process'), process: z.string(), signal: z.enum(['KILL', 'STOP']) }),
  z.strictObject({ kind: z.literal('halt') }),
  z.strictObject({ kind: z.literal('cut-network'), from: z.enum(['director', 'all']) }),
]);
export type Fault = z.infer<typeof Fault>;

export const AgentRequest = z.discriminatedUnion('method', [
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('ping') }),
  /** Fetch `GET /v1/spec` and apply it: write files atomically, pre-start, start processes, drop what is gone. Answer: the digest applied. */
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('apply'), digest: z.string() }),
  /** pre-stop, drain, stop all processes, post-stop. */
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('stop'), drain: z.boolean() }),
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('start') }),
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('run-script'), script: ScriptName }),
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('run-errand'), job: z.string() }),
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('get-state') }),
  z.strictObject({
    id: z.string(),
    fencing: z.number().int(),
    method: z.literal('restart-process'),
    process: z.string(),
  }),
  z.strictObject({
    id: z.string(),
    fencing: z.number().int(),
    method: z.literal('read-log'),
    process: z.string(),
    lines: z.number().int().positive().max(2000),
  }),
  /** Asks peers, side by side. True: the program itself answered; a stopped one still accepts connections, and that is no answer. */
  z.strictObject({
    id: z.string(),
    fencing: z.number().int(),
    method: z.literal('probe-peer'),
    targets: z.array(PeerTarget).max(64),
    timeoutMs: z.number().int().positive().max(10_000),
  }),
  /** Arms the undo in a process of its own, then does the fault. `drill`: letters, digits and dashes. */
  z.strictObject({
    id: z.string(),
    fencing: z.number().int(),
    method: z.literal('inject'),
    drill: z.string(),
    fault: Fault,
    undoAfterMs: z.number().int().positive().max(3_600_000),
  }),
  /** Undoes all faults of a drill now; none is fine. */
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('undo-faults'), drill: z.string() }),
  /** Ends the scripts that request `request` runs; that request then fails. */
  z.strictObject({ id: z.string(), fencing: z.number().int(), method: z.literal('cancel'), request: z.string() }),
]);
export type AgentRequest = z.infer<typeof AgentRequest>;

/** Result of a script or errand: exit code and the last 64 KiB of each stream. */
export const ScriptResult = z.strictObject({ exitCode: z.number().int(), stdout: z.string(), stderr: z.string() });
export type ScriptResult = z.infer<typeof ScriptResult>;

export const AgentState = z.strictObject({
  jobState: z.enum(['starting', 'running', 'failing', 'stopped']),
  /** Digest of the spec in force; null before the first apply. */
  digest: z.string().nullable(),
  processes: z.array(ProcessReport),
  vitals: Vitals.nullable(),
});
export type AgentState = z.infer<typeof AgentState>;

/** A process ended: sent at once, before it is back. */
export const ProcessExit = z.strictObject({
  process: z.string(),
  job: z.string(),
  exit: z.string(),
  at: z.string(),
  restarts: z.number().int(),
});
export type ProcessExit = z.infer<typeof ProcessExit>;

export const AgentMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), agentVersion: z.string(), bootId: z.string(), state: AgentState }),
  z.strictObject({ type: z.literal('state'), state: AgentState }),
  z.strictObject({ type: z.literal('exit'), exit: ProcessExit }),
  /** A line of a running script or errand, for the task log. */
  z.strictObject({ type: z.literal('output'), id: z.string(), stream: z.enum(['stdout', 'stderr']), line: z.string() }),
  z.strictObject({ type: z.literal('result'), id: z.string(), value: z.unknown() }),
  z.strictObject({ type: z.literal('failure'), id: z.string(), message: z.string() }),
]);
export type AgentMessage = z.infer<typeof AgentMessage>;

/** What each request is answered with (`result.value`). */
export const AGENT_RESULTS = {
  ping: z.strictObject({}),
  apply: z.strictObject({ digest: z.string() }),
  stop: z.strictObject({}),
  start: z.strictObject({}),
  /** By job; a script that exits with anything but 0 is a failure instead. */
  'run-script': z.strictObject({ jobs: z.record(z.string(), ScriptResult) }),
  /** Any exit code: the caller judges it. */
  'run-errand': ScriptResult,
  'get-state': AgentState,
  'restart-process': z.strictObject({}),
  'read-log': z.strictObject({ lines: z.array(z.string()) }),
  'probe-peer': z.strictObject({ answers: z.array(z.boolean()) }),
  inject: z.strictObject({ detail: z.string() }),
  'undo-faults': z.strictObject({ undone: z.number().int() }),
  cancel: z.strictObject({}),
} as const satisfies Record<AgentRequest['method'], z.ZodType>;
export type AgentResults = { [Method in AgentRequest['method']]: z.infer<(typeof AGENT_RESULTS)[Method]> };
