import { Liquid, type Template } from 'liquidjs';
import type { JobProcess, JobSpec, RenderedFile, RenderedJob } from '#model/job.ts';
import type { ManifestJob } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type ReadVariable, resolveReferences } from './resolve-references.ts';

/** A job as a tile ships it: `job.yml` and its template texts by file name. */
export type JobSource = { spec: JobSpec; templates: Readonly<Record<string, string>> };

/** The instance as templates see it. `name` is `group/index`; `hostname` (`group-index`) is unique in the deployment and the node name of clusters. */
export type TemplateInstance = {
  id: string;
  name: string;
  group: string;
  index: number;
  az: string;
  address: string;
  hostname: string;
  bootstrap: boolean;
  /** Its jobs have run on its persistent disk. */
  seeded: boolean;
};
export type TemplateSpec = TemplateInstance & { deployment: string; network: string; vm_type: string };

export type Link = { instances: TemplateInstance[]; properties: Record<string, unknown> };

/** What templates see beside `properties`: `spec`, `links` (null where an optional link has no provider) and `addresses` by name (`vip`). */
export type RenderContext = {
  spec: TemplateSpec;
  links: Readonly<Record<string, Link | null>>;
  addresses: Readonly<Record<string, string>>;
};

/** Templates are input: a text of at most 256 KiB, 2 s and about 10 MB of values each. */
const PARSE_LIMIT = 256 * 1024;
const RENDER_LIMIT_MS = 2000;
const MEMORY_LIMIT = 10_000_000;

const ENGINE = templateEngine();
const PARSED = new Map<string, Template[]>();
const MOST_PARSED = 2000;

/**
 * Renders one job for one instance: properties get their defaults, references are opened through `readVariable`, then every template,
 * command, environment value and health check is rendered. Nothing but Liquid runs, and Liquid reads no file.
 * Throws invalid_input naming job, template and line for an unknown variable, filter or property, and for a template that exceeds its limits.
 */
export async function renderJob(
  source: JobSource,
  job: ManifestJob,
  context: RenderContext,
  readVariable: ReadVariable,
): Promise<RenderedJob> {
  const { spec } = source;
  const properties = await resolveReferences(
    mergeProperties(spec, job.properties),
    readVariable,
    `${spec.name}.properties`,
  );
  const values = { ...context, properties };
  const files: RenderedFile[] = [];
  for (const [template, path] of Object.entries(spec.templates)) {
    const text = source.templates[template];
    if (text === undefined)
      throw new TesseraError('invalid_input', `Job ${spec.name}: template ${template} is missing in the tile.`);
    checkPath(spec.name, path);
    files.push({
      path,
      mode: path.startsWith('bin/') ? '0755' : '0640',
      content: render(spec.name, `templates/${template}`, text, values),
    });
  }
  const processes = spec.processes.map((process) => renderProcess(spec.name, process, values));
  return {
    name: spec.name,
    files,
    processes,
    scripts: spec.scripts,
    ...(spec.errand === undefined ? {} : { errand: spec.errand }),
  };
}

/** The properties of a job with defaults for those not given; dots in a property's name are levels. Throws for a property the job does not have. */
export function mergeProperties(spec: JobSpec, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(spec.properties)) {
    const value = readPath(given, name);
    if (value !== undefined) writePath(merged, name, value);
    else if (property.default !== undefined) writePath(merged, name, property.default);
  }
  const strange = firstUnknown(given, new Set(Object.keys(spec.properties)), '');
  if (strange !== null) throw new TesseraError('invalid_input', `Job ${spec.name} has no property ${strange}.`);
  return merged;
}

function firstUnknown(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  prefix: string,
): string | null {
  for (const [key, member] of Object.entries(value)) {
    const name = prefix + key;
    if (known.has(name)) continue;
    const isLevel = isRecord(member) && [...known].some((property) => property.startsWith(`${name}.`));
    const strange = isLevel ? firstUnknown(member, known, `${name}.`) : name;
    if (strange !== null) return strange;
  }
  return null;
}

function renderProcess(job: string, process: JobProcess, values: object): JobProcess {
  const text = (part: string, value: string): string =>
    render(job, `job.yml, ${part} of process ${process.name}`, value, values);
  const { health } = process;
  return {
    ...process,
    command: process.command.map((argument) => text('command', argument)),
    env: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, text(`env ${name}`, value)])),
    ...(health === undefined
      ? {}
      : {
          health: {
            ...health,
            ...(health.http === undefined ? {} : { http: text('health', health.http) }),
            ...(health.tcp === undefined ? {} : { tcp: text('health', health.tcp) }),
            ...(health.exec === undefined ? {} : { exec: health.exec.map((argument) => text('health', argument)) }),
          },
        }),
  };
}

function render(job: string, place: string, text: string, values: object): string {
  try {
    // the engine answers unknown; with text templates it is always a string
    return String(ENGINE.renderSync(parsed(text), values));
  } catch (cause) {
    const reason =
      cause instanceof Error ? cause.message.replace(/, (file:[^,]*, )?line:\d+, col:\d+$/, '') : String(cause);
    const line = lineOf(cause);
    throw new TesseraError(
      'invalid_input',
      `Job ${job}, ${place}${line === null ? '' : `, line ${line}`}: ${reason}.`,
      { cause },
    );
  }
}

/** Templates are parsed once; the same few texts are rendered for each instance. */
function parsed(text: string): Template[] {
  const known = PARSED.get(text);
  if (known) return known;
  const template = ENGINE.parse(text);
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  PARSED.set(text, template);
  return template;
}

function lineOf(thrown: unknown): number | null {
  if (!(thrown instanceof Error)) return null;
  const line = /line:(\d+)/.exec(thrown.message)?.[1];
  return line === undefined ? null : Number(line);
}

function templateEngine(): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // an in-memory set of partials, left empty: include and render find nothing on disk
    templates: {},
    parseLimit: PARSE_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
  });
  engine.registerFilter('yaml', (value: unknown) => JSON.stringify(value));
  engine.registerFilter('base64', (value: unknown) => Buffer.from(String(value)).toString('base64'));
  engine.registerFilter('shell', (value: unknown) => `'${String(value).replaceAll("'", String.raw`'\''`)}'`);
  engine.registerFilter('indent', (value: unknown, width: number) =>
    String(value)
      .trimEnd()
      .replaceAll('\n', `\n${' '.repeat(width)}`),
  );
  return engine;
}

function checkPath(job: string, path: string): void {
  const isInside = /^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(path);
  if (!isInside) throw new TesseraError('invalid_input', `Job ${job}: ${path} is no path below the job's folder.`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readPath(value: Readonly<Record<string, unknown>>, name: string): unknown {
  let current: unknown = value;
  for (const key of name.split('.')) {
    if (!isRecord(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

function writePath(target: Record<string, unknown>, name: string, value: unknown): void {
  const keys = name.split('.');
  const last = keys.pop();
  if (last === undefined) return;
  let current = target;
  for (const key of keys) {
    const next = current[key];
    const level = isRecord(next) ? next : {};
    current[key] = level;
    current = level;
  }
  current[last] = value;
}
