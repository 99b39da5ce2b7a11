import { assertNever } from '#model/assert-never.ts';
import type { TesseraEvent } from '#model/event.ts';

/** A query that an event made old: procedure path and, when the event names one thing, the inputs it concerns. */
export type StaleQuery = { path: string; input: Record<string, unknown> | null };

const all = (...paths: string[]): StaleQuery[] => paths.map((path) => ({ path, input: null }));

/** Queries whose answer an event changed. Pure; a new event type is a compile error here. */
export function staleQueries(event: TesseraEvent): StaleQuery[] {
  const id = event.subject.slice(event.subject.indexOf('/') + 1);
  switch (event.type) {
    case 'product.changed':
      return all('products', 'installations.pending');
    case 'installation.changed':
      return all('installations', 'products');
    case 'task.changed':
      return [
        ...all('tasks.list', 'installations', 'products.list', 'stemcells', 'clusters'),
        { path: 'tasks.read', input: { id: Number(id) } },
      ];
    case 'task.step':
      return [{ path: 'tasks.read', input: { id: Number(id) } }];
    case 'task.log':
      return [{ path: 'task-log', input: { id: Number(id) } }];
    case 'deployment.changed':
      return all('instances', 'products.list');
    case 'instance.changed':
      return all('instances', 'clusters.health', 'health.overview', 'products.list');
    case 'cluster.changed':
      return all('clusters', 'health.overview');
    case 'stemcell.changed':
      return all('stemcells', 'products');
    case 'user.changed':
      return all('users');
    case 'settings.changed':
      return all('settings', 'products');
    case 'director.changed':
      return all('settings.director');
    case 'alert.changed':
      return all('alerts', 'health');
    case 'channel.changed':
      return all('channels');
    case 'delivery.changed':
      return all('channels', 'drills.report');
    case 'health.changed':
      return all('health', 'infrastructure', 'instances', 'clusters.health');
    case 'mark.added':
      return [...all('health.timeline'), ...ofDrill(event, 'drills.marks', 'drills.read')];
    case 'recovery.changed':
      return all('health.layers', 'health.recoveries');
    case 'workloads.changed':
      return all('workloads');
    case 'drill.changed':
      return all('drills');
    case 'drill.sample':
      return [{ path: 'drills.strips', input: { id: Number(id) } }];
    case 'sample.changed':
      return all('samples');
    default:
      return assertNever(event.type);
  }
}

/** Queries of the drill that an event belongs to; none for what happened by itself. */
function ofDrill(event: TesseraEvent, ...paths: string[]): StaleQuery[] {
  const { drillId } = event.data;
  return typeof drillId === 'number' ? paths.map((path) => ({ path, input: { id: drillId } })) : [];
}

/** Does a query key, as tRPC or this console makes it, fall under a stale query? */
export function isStale(key: readonly unknown[], stale: StaleQuery): boolean {
  const [path, options] = key;
  if (!Array.isArray(path)) return false;
  const name = path.join('.');
  if (name !== stale.path && !name.startsWith(`${stale.path}.`)) return false;
  if (stale.input === null) return true;
  const input = inputOf(options);
  return Object.entries(stale.input).every(([field, value]) => input[field] === value);
}

function inputOf(options: unknown): Record<string, unknown> {
  if (typeof options !== 'object' || options === null || !('input' in options)) return {};
  // keys are made by tRPC from the typed input
  return (options.input ?? {}) as Record<string, unknown>;
}

/** −1, 0 or 1: order of two cursors (`<xid>.<id>`) in the stream. */
export function compareCursors(a: string, b: string): number {
  const [aXid = '0', aId = '0'] = a.split('.');
  const [bXid = '0', bId = '0'] = b.split('.');
  const byXid = compareBig(aXid, bXid);
  return byXid === 0 ? compareBig(aId, bId) : byXid;
}

function compareBig(a: string, b: string): number {
  const [x, y] = [BigInt(a), BigInt(b)];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}
