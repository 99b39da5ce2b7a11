import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inTransaction } from '#db/transaction.ts';
import { markDeployed, stageTiles } from '#server/api/deployed-fixture.ts';
import { useConsole } from './console-fixture.ts';

// the real CLI against the console's real procedures over HTTP; what a director does between two polls is done by `whileWaiting`
const fixture = useConsole();
const { pool, vault, state, hostsFile, environment, tessera } = fixture;

/** One tick of a director: tiles appear after set-up, whatever was asked for is done. */
async function directorTick(): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const { rows } = await tx.client.query(`select 1 from products limit 1`);
    if (rows.length === 0 && vault.isOpen) await stageTiles(tx, vault);
    const { rows: tasks } = await tx.client.query<{ kind: string; subject: string }>(
      `update tasks set state = 'succeeded', started_at = now(), finished_at = now() where state = 'queued' returning kind, subject`,
    );
    for (const task of tasks) {
      if (task.kind === 'apply-changes') await markDeployed(tx, vault);
      if (task.kind !== 'create-cluster') continue;
      await tx.client.query(
        `update clusters set last_action_state = 'succeeded', master_address = '10.99.0.20' where uuid = $1`,
        [task.subject],
      );
      const value = JSON.stringify({ certificate: 'c', private_key: 'k', ca: 'a' });
      await vault.put(tx, { name: `/tessera/service-instance_${task.subject}/admin`, kind: 'certificate', value });
    }
  });
}

test('commands need a log-in, and a console that is not there is said', async () => {
  expect((await tessera('products')).err).toBe('Error: You are not logged in. Log in with: tessera login -u USER');
  const { err } = await tessera('login', '--url', 'http://127.0.0.1:1', '-u', 'x', '-p', 'y');
  expect(err).toMatch(/^Error: The console at http:\/\/127\.0\.0\.1:1 does not answer .*Is it started\?$/);
});

describe('demo', () => {
  test('does the main job from nothing and ends with the two lines', async () => {
    fixture.whileWaiting = directorTick;
    const { code, out, err } = await tessera('demo');
    expect([err, code]).toEqual(['', 0]);
    const lines = out.split('\n');
    expect(lines).toContain(`console: ${environment.TESSERA_URL}`);
    expect(lines).toContain(`kubeconfig: ${join(state, 'demo.kubeconfig')}`);
    expect(parse(readFileSync(join(state, 'demo.kubeconfig'), 'utf8'))['current-context']).toBe('demo');
    expect(statSync(join(state, 'demo-administrator.yml')).mode & 0o777).toBe(0o600);
    expect(statSync(join(state, 'demo.kubeconfig')).mode & 0o777).toBe(0o600);
    expect(out).toContain('generating a certificate for *.pks.tessera.local');
    const { rows } = await pool.query(`select kind from tasks order by id`);
    expect(rows.map((row) => row.kind)).toEqual(['apply-changes', 'create-cluster']);
  });

  test('a second run finds everything done and ends the same way', async () => {
    const { code, out } = await tessera('demo');
    expect(code).toBe(0);
    expect(out).not.toContain('setting up');
    expect(out).not.toContain('generating');
    expect(out.split('\n')).toContain(`kubeconfig: ${join(state, 'demo.kubeconfig')}`);
    const { rows } = await pool.query(`select name from clusters`);
    expect(rows).toEqual([{ name: 'demo' }]);
  });

  test('a faulty file is refused by the name of the field', async () => {
    const file = join(state, 'mine.yml');
    writeFileSync(file, 'administrator: { user_name: admin }\nproducts: []\ncluster: { name: demo, plan: small }\n');
    expect((await tessera('demo', file)).err).toMatch(/mine\.yml: cluster\.external_hostname: /);
    expect((await tessera('demo', '/nowhere.yml')).err).toContain('/nowhere.yml cannot be read');
  });
});

describe('as the administrator of the demo', () => {
  test('products, pending changes, clusters and tasks are listed', async () => {
    expect((await tessera('products')).out).toMatch(
      /^Product +Staged +Installed +State +Why\np-bosh +1\.0\.0 +1\.0\.0/,
    );
    expect((await tessera('clusters')).out).toMatch(
      /demo +small +2 +10\.99\.0\.20:8443 +1\.36\.\d+ +admin +succeeded +CREATE/,
    );
    expect((await tessera('tasks')).out).toMatch(/succeeded .* admin +Create cluster demo/);
    expect((await tessera('instances', '--ps')).code).toBe(0);
    expect(JSON.parse((await tessera('clusters', '--json')).out)[0].name).toBe('demo');
  });

  test('a task is shown and followed to its end; a failed one fails the command with its sentence', async () => {
    const { rows } = await pool.query<{ id: number }>(`select max(id) as id from tasks`);
    const id = String(rows[0]?.id);
    expect((await tessera('task', id)).out).toMatch(/State: +succeeded/);
    await pool.query(`update tasks set state = 'running' where id = $1`, [id]);
    await pool.query(
      `insert into task_log (task_id, seq, level, subject, line) values ($1, 1, 'info', 'master/0', 'VM created')`,
      [id],
    );
    fixture.whileWaiting = () =>
      pool.query(`update tasks set state = 'failed', error = 'no space on the disk' where id = $1`, [id]);
    const { code, out, err } = await tessera('task', id, '--follow');
    expect(out).toMatch(/^\d\d:\d\d:\d\d master\/0: VM created/);
    expect([code, err]).toEqual([1, `Error: Task ${id} (Create cluster demo) failed: no space on the disk`]);
    expect((await tessera('task', '999999')).err).toMatch(/999999/);
    expect((await tessera('task', 'x')).err).toContain('whole number');
  });

  test('names go into one marked block and out again', async () => {
    expect((await tessera('hosts')).out).toContain('10.99.0.20  demo.tessera.local');
    expect((await tessera('hosts', '--write')).out).toBe('demo.tessera.local -> 10.99.0.20');
    expect(readFileSync(hostsFile, 'utf8')).toMatch(
      /^127\.0\.0\.1 localhost\n# tessera a1b2c3 begin.*\n10\.99\.0\.20 +demo\.tessera\.local\n# tessera a1b2c3 end\n$/,
    );
    await tessera('hosts', '--remove');
    expect(readFileSync(hostsFile, 'utf8')).toBe('127.0.0.1 localhost\n');
  });

  test('the root certificate is printed as PEM', async () => {
    expect((await tessera('root-certificate')).out).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[\s\S]+\n-----END CERTIFICATE-----$/,
    );
  });

  test('an ended session is said with the way back; logging out ends it', async () => {
    await pool.query(`delete from sessions`);
    expect((await tessera('clusters')).err).toContain('Log in with: tessera login');
    const { user_name, password } = parse(readFileSync(join(state, 'demo-administrator.yml'), 'utf8'));
    expect((await tessera('login', '-u', user_name, '-p', 'wrong password')).err).toContain('do not match');
    expect((await tessera('login', '-u', user_name, '-p', password)).out).toBe(
      `Logged in to ${environment.TESSERA_URL} as admin.`,
    );
    expect((await tessera('logout')).code).toBe(0);
    expect((await tessera('clusters')).code).toBe(1);
  });
});
