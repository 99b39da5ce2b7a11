import { Client } from 'pg';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/**
 * A director slot: one process holds it, others wait. Held by a session advisory lock, so that it is free the moment the holder's
 * connection ends; each holder gets a fencing number higher than all before it.
 */
export type Slot = {
  name: string;
  fencing: number;
  /** Aborts when the lock's connection is lost: another director may hold the slot now, so this one must stop at once. */
  lost: AbortSignal;
  release(): Promise<void>;
};

/** Between looks while another process holds the slot; takes over well within the 10 s that is promised. */
const LOOK_MS = 500;
/** The kernel's default would notice a dead network peer after two hours. */
const KEEPALIVE_MS = 2_000;

/** Waits until the slot is free and takes it; answers null when `signal` aborts first. A database that is away is waited for. */
export async function claimSlot(options: {
  databaseUrl: string;
  name: string;
  owner: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): Promise<Slot | null> {
  let said = false;
  while (!options.signal.aborted) {
    const slot = await tryClaim(options).catch((error: unknown) => {
      options.log.warn({ err: error }, 'cannot ask for the director slot; trying again');
      return null;
    });
    if (slot) return slot;
    if (!said) options.log.info({ slot: options.name }, 'another director holds the slot; waiting');
    said = true;
    // an abort ends the wait; the loop's condition sees it
    await options.clock.sleep(LOOK_MS, options.signal).catch(() => undefined);
  }
  return null;
}

async function tryClaim(options: { databaseUrl: string; name: string; owner: string }): Promise<Slot | null> {
  const client = new Client({
    connectionString: options.databaseUrl,
    application_name: `tessera slot ${options.name}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
  });
  const lost = new AbortController();
  const onLost = () => lost.abort(new Error(`the connection that holds ${options.name} is lost`));
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();
  // the server, too, must find out quickly that this process's machine is gone
  await client.query(`set tcp_keepalives_idle = 2; set tcp_keepalives_interval = 1; set tcp_keepalives_count = 3`);
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock(hashtext($1)) as held', [
    options.name,
  ]);
  if (!rows[0]?.held) {
    await client.end();
    return null;
  }
  const { rows: leases } = await client.query<{ fencing: number }>(
    `insert into leases (name, owner, fencing) values ($1, $2, 1)
     on conflict (name) do update set owner = $2, fencing = leases.fencing + 1, held = true, acquired_at = now(), renewed_at = now()
     returning fencing`,
    [options.name, options.owner],
  );
  const fencing = leases[0]?.fencing;
  if (fencing === undefined) throw new Error(`no lease row for ${options.name}`);
  return {
    name: options.name,
    fencing,
    lost: lost.signal,
    release: async () => {
      client.removeListener('end', onLost);
      await client.query('update leases set held = false where name = $1 and fencing = $2', [options.name, fencing]);
      await client.end();
    },
  };
}
