import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { Stack } from '../stack.ts';

const Installation = z.object({ ports: z.object({ postgres: z.number() }) });

/** A look into the stack's own database, for what no page shows: addresses given out, and where a secret must not be. */
export async function withDatabase<T>(stack: Stack, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { ports } = Installation.parse(JSON.parse(readFileSync(path.join(stack.state, 'installation.json'), 'utf8')));
  const password = readFileSync(path.join(stack.state, 'postgres.password'), 'utf8').trim();
  const client = new pg.Client({
    host: '127.0.0.1',
    port: ports.postgres,
    user: 'tessera',
    password,
    database: 'tessera',
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function addressesGivenOut(stack: Stack): Promise<string[]> {
  return withDatabase(stack, async (client) => {
    const { rows } = await client.query<{ address: string }>('select address from ip_addresses');
    return rows.map((row) => row.address);
  });
}

/** Tables of any schema in which `text` stands, as text or as bytes. */
export async function tablesWith(stack: Stack, text: string): Promise<string[]> {
  const hex = Buffer.from(text).toString('hex');
  return withDatabase(stack, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query(
        `select 1 from ${name} as one where position($1 in one::text) > 0 or position($2 in one::text) > 0 limit 1`,
        [text, hex],
      );
      if (rows.length > 0) found.push(name);
    }
    return found;
  });
}
