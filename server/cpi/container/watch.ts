import { z } from 'zod';
import type { Log } from '#server/platform/log.ts';
import { listContainers } from './containers.ts';
import type { Driver } from './driver.ts';
import { LABEL, labelFilter } from './labels.ts';

/** Even a live stream may have lost something (Podman rotates its event file), so we look for ourselves this often. */
const RECHECK_MS = 10_000;
const FIRST_BACK_OFF_MS = 100;
const MOST_BACK_OFF_MS = 5000;

export type VmNews = { cid: string; instance: string; event: 'stopped' | 'started' | 'removed' };
type Seen = Map<string, { instance: string; power: 'on' | 'off' }>;

const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

/**
 * What happens to VMs from now on, in order, each thing once. Survives restarts of the engine: after each reconnect the list of containers is
 * compared with what was seen before, so nothing is lost and nothing is told twice. Ends when the signal aborts.
 */
export async function* watchVms(driver: Driver, log: Log, { signal }: { signal: AbortSignal }): AsyncGenerator<VmNews> {
  const seen: Seen = new Map();
  let isFirst = true;
  let backOff = FIRST_BACK_OFF_MS;
  while (!signal.aborted) {
    const connection = new AbortController();
    const both = AbortSignal.any([signal, connection.signal]);
    try {
      // listen first, then list, then follow: an event between listing and listening would be lost
      const lines = await openEvents(driver, both);
      const changes = await compareWithList(driver, seen, both);
      if (!isFirst) yield* changes;
      isFirst = false;
      backOff = FIRST_BACK_OFF_MS;
      yield* follow(driver, lines, seen, both);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error, retryMs: backOff }, 'container engine events interrupted');
    } finally {
      connection.abort();
    }
    if (!(await pause(driver, backOff, signal))) return;
    backOff = Math.min(backOff * 2, MOST_BACK_OFF_MS);
  }
}

/** Until the stream ends or breaks. */
async function* follow(
  driver: Driver,
  lines: AsyncIterator<string>,
  seen: Seen,
  signal: AbortSignal,
): AsyncGenerator<VmNews> {
  let line = nextLine(lines);
  let recheck = tick(driver, signal);
  while (true) {
    const winner = await Promise.race([line, recheck]);
    if (winner.kind === 'end') {
      if (winner.fault !== undefined) throw winner.fault;
      return;
    }
    if (winner.kind === 'recheck') {
      recheck = tick(driver, signal);
      yield* await compareWithList(driver, seen, signal);
      continue;
    }
    line = nextLine(lines);
    yield* readEvent(winner.text, seen);
  }
}

type Turn = { kind: 'line'; text: string } | { kind: 'end'; fault?: unknown } | { kind: 'recheck' };

/** Never rejects: it may be still open when the loop leaves, and nobody would hear of it. */
async function nextLine(lines: AsyncIterator<string>): Promise<Turn> {
  try {
    const next = await lines.next();
    return next.done === true ? { kind: 'end' } : { kind: 'line', text: next.value };
  } catch (fault) {
    return { kind: 'end', fault };
  }
}

async function tick(driver: Driver, signal: AbortSignal): Promise<Turn> {
  // an aborted wait ends the loop like an ended stream
  return driver.clock.sleep(RECHECK_MS, signal).then(
    () => ({ kind: 'recheck' }),
    () => ({ kind: 'end' }),
  );
}

async function openEvents(driver: Driver, signal: AbortSignal): Promise<AsyncIterator<string>> {
  const filters = { ...labelFilter(driver.config.installation, LABEL.instance), type: ['container' as const] };
  // the stream lives as long as the watch, so it must not get the deadline of a call
  const stream = await driver.engine.call('subscribing to events', signal, () =>
    driver.engine.docker.getEvents({ filters, abortSignal: signal }),
  );
  return splitLines(stream);
}

async function* splitLines(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function readEvent(line: string, seen: Seen): VmNews[] {
  if (line.trim() === '') return [];
  const event = EngineEvent.safeParse(JSON.parse(line));
  if (!event.success) return [];
  const { name: cid, [LABEL.instanceId]: instance } = event.data.Actor.Attributes;
  if (cid === undefined || instance === undefined) return [];
  switch (event.data.Action) {
    case 'start':
      return remember(seen, cid, instance, 'on');
    case 'die':
      return remember(seen, cid, instance, 'off');
    // Podman says remove, Docker says destroy
    case 'remove':
    case 'destroy':
      return forget(seen, cid, instance);
    default:
      return [];
  }
}

async function compareWithList(driver: Driver, seen: Seen, signal: AbortSignal): Promise<VmNews[]> {
  const containers = await listContainers(driver, signal, LABEL.instance);
  const present = new Set(containers.map((container) => container.cid));
  const gone = [...seen]
    .filter(([cid]) => !present.has(cid))
    .flatMap(([cid, { instance }]) => forget(seen, cid, instance));
  return [
    ...gone,
    ...containers.flatMap(({ cid, power, labels }) => remember(seen, cid, labels[LABEL.instanceId] ?? '', power)),
  ];
}

function remember(seen: Seen, cid: string, instance: string, power: 'on' | 'off'): VmNews[] {
  const before = seen.get(cid)?.power;
  seen.set(cid, { instance, power });
  if (before === power) return [];
  // a VM that is off when first seen was created and not started yet: no news
  if (before === undefined && power === 'off') return [];
  return [{ cid, instance, event: power === 'on' ? 'started' : 'stopped' }];
}

function forget(seen: Seen, cid: string, instance: string): VmNews[] {
  seen.delete(cid);
  return [{ cid, instance, event: 'removed' }];
}

/** False when the watch ended meanwhile. */
async function pause(driver: Driver, ms: number, signal: AbortSignal): Promise<boolean> {
  return driver.clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}
