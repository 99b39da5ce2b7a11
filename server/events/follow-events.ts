import { Client, type Pool } from 'pg';
import { type EventCursor, EventType, type TesseraEvent } from '#model/event.ts';
import type { Clock } from '#server/platform/clock.ts';
import { CHANNEL } from './notifier.ts';

/** Rows are the truth; this is the net under a lost NOTIFY. */
const POLL_MS = 2000;
const PAGE = 500;

type Row = { id: string; xid: string; at: Date; type: string; subject: string; data: Record<string, unknown> };

/** Cursor of the newest event that is settled: follow from here to hear only what is new. */
export async function currentCursor(pool: Pool): Promise<EventCursor> {
  const { rows } = await pool.query<{ xid: string; id: string }>(
    `select xid::text, id::text from events where xid < pg_snapshot_xmin(pg_current_snapshot()) order by events.xid desc, events.id desc limit 1`,
  );
  return rows[0] ? `${rows[0].xid}.${rows[0].id}` : '0.0';
}

/**
 * Events after `from`, in the order in which they were committed, for ever, until `signal` aborts.
 * Listens first, then reads the gap, then follows. Only rows below the oldest running transaction are given out, because ids are
 * handed out before commit: a reader would else pass over a slower transaction.
 */
export async function* followEvents(options: {
  pool: Pool;
  databaseUrl: string;
  clock: Clock;
  from: EventCursor;
  signal: AbortSignal;
}): AsyncGenerator<TesseraEvent[]> {
  const { pool, clock, signal } = options;
  const bell = new Bell();
  const onAbort = () => bell.ring();
  signal.addEventListener('abort', onAbort, { once: true });
  let listener: Client | null = null;
  let cursor = options.from;
  try {
    while (!signal.aborted) {
      listener ??= await listen(options.databaseUrl, bell, () => {
        listener = null;
        bell.ring();
      });
      const batch = await readAfter(pool, cursor);
      const last = batch.at(-1);
      if (last) {
        cursor = last.cursor;
        yield batch;
        continue;
      }
      const pending = await hasUnsettled(pool, cursor);
      // an unsettled row gives no NOTIFY of its own when the older transaction ends: look again soon
      await bell.wait(pending ? 20 : POLL_MS, clock);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // the Client may be dead already; there is nothing left to save
    await (listener as Client | null)?.end().catch(() => undefined);
  }
}

async function readAfter(pool: Pool, cursor: EventCursor): Promise<TesseraEvent[]> {
  const [xid = '0', id = '0'] = cursor.split('.');
  const { rows } = await pool.query<Row>(
    `select id::text, xid::text, at, type, subject, data from events
      where (xid, id) > ($1::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by events.xid, events.id limit ${PAGE}`,
    [xid, id],
  );
  return rows.map((row) => ({
    cursor: `${row.xid}.${row.id}`,
    at: row.at.toISOString(),
    type: EventType.parse(row.type),
    subject: row.subject,
    data: row.data,
  }));
}

async function hasUnsettled(pool: Pool, cursor: EventCursor): Promise<boolean> {
  const [xid = '0', id = '0'] = cursor.split('.');
  const { rowCount } = await pool.query('select 1 from events where (xid, id) > ($1::xid8, $2::bigint) limit 1', [
    xid,
    id,
  ]);
  return (rowCount ?? 0) > 0;
}

async function listen(url: string, bell: Bell, onLost: () => void): Promise<Client> {
  const client = new Client({ connectionString: url, keepAlive: true });
  client.on('notification', () => bell.ring());
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();
  await client.query(`listen ${CHANNEL}`);
  return client;
}

/** Remembers a ring that came while nobody waited. */
class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(ms: number, clock: Clock): Promise<void> {
    if (!this.#rung) {
      const stop = new AbortController();
      const rung = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      // the sleep is aborted when the bell rings first; that rejection is the plan
      await Promise.race([rung, clock.sleep(ms, stop.signal).catch(() => undefined)]);
      stop.abort();
      this.#wake = null;
    }
    this.#rung = false;
  }
}
