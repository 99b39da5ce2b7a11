import type { HealthCheck, JobProcess, RenderedFile, RenderedJob, RenderedSpec, ScriptName } from '#model/job.ts';
import type { AgentRequest, Bootstrap, Fault, PeerTarget } from './protocol.ts';

/**
 * Checks what comes in against the shapes of protocol.ts and model/job.ts by hand: the schema library would cost every VM 10 MB of memory.
 * check-message.test.ts holds both to the same answers.
 */

const SCRIPTS: Record<ScriptName, true> = {
  'pre-start': true,
  'post-start': true,
  'post-deploy': true,
  'pre-stop': true,
  drain: true,
  'post-stop': true,
};

/** Peers of one question. */
const MOST_TARGETS = 64;

type Fields = Record<string, unknown>;

/** The request in a text frame; throws with the place of the fault. */
export function parseRequest(text: string): AgentRequest {
  const fields = record(JSON.parse(text), 'request');
  const base = { id: string(fields.id, 'id'), fencing: integer(fields.fencing, 'fencing') };
  const method = string(fields.method, 'method');
  switch (method) {
    case 'ping':
    case 'start':
    case 'get-state':
      return { ...base, method };
    case 'apply':
      return { ...base, method, digest: string(fields.digest, 'digest') };
    case 'stop':
      return { ...base, method, drain: boolean(fields.drain, 'drain') };
    case 'run-script':
      return { ...base, method, script: scriptName(string(fields.script, 'script')) };
    case 'run-errand':
      return { ...base, method, job: name(fields.job, 'job') };
    case 'restart-process':
      return { ...base, method, process: name(fields.process, 'process') };
    case 'read-log':
      return {
        ...base,
        method,
        process: name(fields.process, 'process'),
        lines: positive(fields.lines, 'lines', 2000),
      };
    case 'probe-peer':
      return {
        ...base,
        method,
        targets: list(fields.targets, 'targets', parseTarget, MOST_TARGETS),
        timeoutMs: positive(fields.timeoutMs, 'timeoutMs', 10_000),
      };
    case 'inject':
      return {
        ...base,
        method,
        drill: name(fields.drill, 'drill'),
        fault: parseFault(fields.fault),
        undoAfterMs: positive(fields.undoAfterMs, 'undoAfterMs', 3_600_000),
      };
    case 'undo-faults':
      return { ...base, method, drill: name(fields.drill, 'drill') };
    case 'cancel':
      return { ...base, method, request: string(fields.request, 'request') };
    default:
      throw new Error(`method ${method} is not known to this agent`);
  }
}

/** `agent.json`; throws with the place of the fault. */
export function parseBootstrap(text: string): Bootstrap {
  const fields = record(JSON.parse(text), 'agent.json');
  return {
    instance: string(fields.instance, 'instance'),
    gateway: string(fields.gateway, 'gateway'),
    rest: string(fields.rest, 'rest'),
    caPem: string(fields.caPem, 'caPem'),
    certificatePem: string(fields.certificatePem, 'certificatePem'),
    privateKeyPem: string(fields.privateKeyPem, 'privateKeyPem'),
  };
}

/** Configuration of an API process (forward-api.ts); throws with the place of the fault. */
export function parseForwardConfig(text: string): { address: string; port: number; certificate: string; key: string } {
  const fields = record(JSON.parse(text), 'configuration');
  return {
    address: fields.address === undefined ? '0.0.0.0' : string(fields.address, 'address'),
    port: positive(fields.port, 'port'),
    certificate: string(fields.certificate, 'certificate'),
    key: string(fields.key, 'key'),
  };
}

/** A rendered spec; throws with the place of the fault. Paths stay below their job's folder. */
export function parseSpec(text: string): RenderedSpec {
  const fields = record(JSON.parse(text), 'spec');
  return {
    instance: string(fields.instance, 'instance'),
    deployment: string(fields.deployment, 'deployment'),
    group: string(fields.group, 'group'),
    index: integer(fields.index, 'index'),
    az: string(fields.az, 'az'),
    address: string(fields.address, 'address'),
    digest: string(fields.digest, 'digest'),
    jobs: list(fields.jobs, 'jobs', parseJob),
  };
}

function parseTarget(value: unknown, place: string): PeerTarget {
  const fields = record(value, place);
  return {
    host: string(fields.host, `${place}.host`),
    port: positive(fields.port, `${place}.port`),
    path: fields.path === null ? null : string(fields.path, `${place}.path`),
    tls: boolean(fields.tls, `${place}.tls`),
  };
}

function parseFault(value: unknown): Fault {
  const fields = record(value, 'fault');
  const kind = string(fields.kind, 'fault.kind');
  switch (kind) {
    case 'signal-process': {
      const process = name(fields.process, 'fault.process');
      return { kind, process, signal: oneOf(fields.signal, ['KILL', 'STOP'], 'fault.signal') };
    }
    case 'halt':
      return { kind };
    case 'cut-network':
      return { kind, from: oneOf(fields.from, ['director', 'all'], 'fault.from') };
    default:
      throw new Error(`fault ${kind} is not known to this agent`);
  }
}

function parseJob(value: unknown, place: string): RenderedJob {
  const fields = record(value, place);
  const scripts = record(fields.scripts, `${place}.scripts`);
  return {
    name: name(fields.name, `${place}.name`),
    files: list(fields.files, `${place}.files`, parseFile),
    processes: list(fields.processes, `${place}.processes`, parseProcess),
    scripts: Object.fromEntries(
      Object.entries(scripts).map(([script, at]) => [scriptName(script), path(at, `${place}.scripts.${script}`)]),
    ),
    ...(fields.errand === undefined ? {} : { errand: path(fields.errand, `${place}.errand`) }),
  };
}

function parseFile(value: unknown, place: string): RenderedFile {
  const fields = record(value, place);
  const mode = string(fields.mode, `${place}.mode`);
  if (!/^0?[0-7]{3}$/.test(mode)) throw new Error(`${place}.mode: ${mode} is no file mode`);
  return { path: path(fields.path, `${place}.path`), mode, content: string(fields.content, `${place}.content`) };
}

function parseProcess(value: unknown, place: string): JobProcess {
  const fields = record(value, place);
  const command = list(fields.command, `${place}.command`, string);
  if (command.length === 0) throw new Error(`${place}.command is empty`);
  const env = Object.entries(record(fields.env, `${place}.env`)).map(([key, member]) => {
    if (!/^[A-Za-z_]\w*$/.test(key)) throw new Error(`${place}.env: ${key} is no name of a variable`);
    return [key, string(member, `${place}.env.${key}`)] as const;
  });
  return {
    name: name(fields.name, `${place}.name`),
    command,
    env: Object.fromEntries(env),
    ...(fields.finish === undefined ? {} : { finish: path(fields.finish, `${place}.finish`) }),
    ...(fields.health === undefined ? {} : { health: parseHealth(fields.health, `${place}.health`) }),
  };
}

function parseHealth(value: unknown, place: string): HealthCheck {
  const fields = record(value, place);
  return {
    ...(fields.http === undefined ? {} : { http: string(fields.http, `${place}.http`) }),
    ...(fields.tcp === undefined ? {} : { tcp: string(fields.tcp, `${place}.tcp`) }),
    ...(fields.exec === undefined ? {} : { exec: list(fields.exec, `${place}.exec`, string) }),
    interval_ms: positive(fields.interval_ms, `${place}.interval_ms`),
    timeout_ms: positive(fields.timeout_ms, `${place}.timeout_ms`),
    failures: positive(fields.failures, `${place}.failures`),
  };
}

function record(value: unknown, place: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${place} is no object`);
  // the line above leaves only objects with string keys
  return value as Fields;
}

function list<T>(
  value: unknown,
  place: string,
  parse: (member: unknown, place: string) => T,
  most = Number.POSITIVE_INFINITY,
): T[] {
  if (!Array.isArray(value)) throw new Error(`${place} is no list`);
  if (value.length > most) throw new Error(`${place} holds more than ${most}`);
  return value.map((member: unknown, index) => parse(member, `${place}[${index}]`));
}

function string(value: unknown, place: string): string {
  if (typeof value !== 'string') throw new Error(`${place} is no text`);
  return value;
}

function oneOf<const T extends string>(value: unknown, all: readonly T[], place: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new Error(`${place} is none of ${all.join(', ')}`);
  return found;
}

function boolean(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${place} is neither true nor false`);
  return value;
}

function integer(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error(`${place} is no whole number`);
  return value;
}

function positive(value: unknown, place: string, most = Number.MAX_SAFE_INTEGER): number {
  const found = integer(value, place);
  if (found <= 0) throw new Error(`${place} is not above 0`);
  if (found > most) throw new Error(`${place} is above ${most}`);
  return found;
}

function scriptName(value: string): ScriptName {
  if (!Object.hasOwn(SCRIPTS, value)) throw new Error(`${value} is no script`);
  // a key of SCRIPTS is a script's name
  return value as ScriptName;
}

/** Names become folders: letters, digits and dashes only. */
function name(value: unknown, place: string): string {
  const found = string(value, place);
  if (!/^[a-z0-9-]+$/.test(found)) throw new Error(`${place}: ${found} is no name`);
  return found;
}

function path(value: unknown, place: string): string {
  const found = string(value, place);
  const parts = found.split('/');
  const isInside = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !found.includes('\0');
  if (!isInside) throw new Error(`${place}: ${found} is no path below the job's folder`);
  return found;
}
