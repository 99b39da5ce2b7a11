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
  cancel: z.strictObject({}),
} as const satisfies Record<AgentRequest['method'], z.ZodType>;
export type AgentResults = { [Method in AgentRequest['method']]: z.infer<(typeof AGENT_RESULTS)[Method]> };
