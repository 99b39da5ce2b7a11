import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { basic, type RestFixture, setUpRest, UaaClient } from '../rest-fixture.ts';
import { createUaa } from './uaa.ts';

const { pool } = useTestDatabase();
let fixture: RestFixture;
let client: UaaClient;

beforeAll(async () => {
  fixture = await setUpRest(pool);
  client = new UaaClient(createUaa(fixture.deps, 'pks'));
  await client.logIn();
});
afterAll(() => fixture.close());

describe('users', () => {
  test('no token, a foreign token and too few rights are told apart', async () => {
    expect(await client.call('GET', '/Users', undefined, { authorization: '' })).toMatchObject({
      status: 401,
      body: { error: 'unauthorized' },
    });
    expect(await client.call('GET', '/Users', undefined, { authorization: 'Bearer x.y.z' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
    const { body } = await client.token({
      grant_type: 'password',
      username: 'ana',
      password: 'correct horse',
      client_id: 'pks_cli',
    });
    expect(
      await client.call(
        'POST',
        '/Users',
        { userName: 'x', password: 'a password', emails: [{ value: 'x@x' }] },
        { authorization: `Bearer ${body.access_token}` },
      ),
    ).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope', scope: expect.stringContaining('scim.write') },
    });
  });

  test('create, list, read, change, delete as the CLIs do', async () => {
    const created = await client.call('POST', '/Users', {
      userName: 'mia',
      password: 'a password',
      emails: [{ value: 'mia@example.test', primary: true }],
      name: { givenName: 'Mia', familyName: 'Sol' },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      userName: 'mia',
      active: true,
      verified: true,
      origin: 'uaa',
      meta: { version: 1 },
      name: { givenName: 'Mia' },
    });
    const id = created.body.id;
    expect(
      await client.call('POST', '/Users', { userName: 'MIA', password: 'a password', emails: [{ value: 'm@x' }] }),
    ).toMatchObject({
      status: 409,
      body: {
        error: 'scim_resource_already_exists',
        message: 'Username already in use: MIA',
        user_id: id,
        active: true,
      },
    });
    const listed = await client.call(
      'GET',
      `/Users?filter=${encodeURIComponent('userName eq "Mia" and origin eq "uaa"')}`,
    );
    expect(listed.body).toMatchObject({
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 100,
      schemas: ['urn:scim:schemas:core:1.0'],
    });
    const picked = await client.call(
      'GET',
      `/Users?attributes=id,userName&filter=${encodeURIComponent(`id eq "${id}"`)}`,
    );
    expect(picked.body.resources).toEqual([{ id, userName: 'mia' }]);

    const changed = await client.call(
      'PUT',
      `/Users/${id}`,
      { ...created.body, emails: [{ value: 'new@example.test' }] },
      { 'if-match': '1' },
    );
    expect(changed.body).toMatchObject({ emails: [{ value: 'new@example.test' }], meta: { version: 2 } });
    expect((await client.call('PATCH', `/Users/${id}`, { active: false }, { 'if-match': '1' })).status).toBe(412);
    expect((await client.call('PATCH', `/Users/${id}`, { active: false }, { 'if-match': '2' })).body.active).toBe(
      false,
    );
    expect((await client.call('PATCH', `/Users/${id}`, { active: true }, { 'if-match': '3' })).body.active).toBe(true);
    expect((await client.call('PUT', `/Users/${id}/password`, { password: 'another password' })).body).toEqual({
      status: 'ok',
      message: 'password updated',
    });
    expect(
      (
        await client.token({
          grant_type: 'password',
          username: 'mia',
          password: 'another password',
          client_id: 'pks_cli',
        })
      ).status,
    ).toBe(200);

    const deleted = await client.call('DELETE', `/Users/${id}`);
    expect([deleted.status, deleted.body.id]).toEqual([200, id]);
    expect(await client.call('GET', `/Users/${id}`)).toMatchObject({
      status: 404,
      body: { error: 'scim_resource_not_found' },
    });
    expect((await client.call('GET', '/Users/no-uuid')).status).toBe(404);
  });

  test('a page tells the asked count, never 0, so that the Go client ends its loop', async () => {
    for (const name of ['p1', 'p2', 'p3']) await client.addUser(name);
    const none = await client.call('GET', `/Users?count=0&filter=${encodeURIComponent('userName eq "nobody"')}`);
    expect(none.body.itemsPerPage).toBeGreaterThan(0);
    const seen: string[] = [];
    let startIndex = 1;
    for (let calls = 0; calls < 10; calls++) {
      const { body } = await client.call(
        'GET',
        `/Users?startIndex=${startIndex}&count=2&filter=${encodeURIComponent('userName sw "p"')}`,
      );
      seen.push(...body.resources.map((user: { userName: string }) => user.userName));
      startIndex = body.startIndex + body.itemsPerPage;
      if (startIndex > body.totalResults) break;
    }
    expect(seen).toEqual(['p1', 'p2', 'p3']);
  });

  test('bad filters and bad users are refused with UAA words', async () => {
    expect(await client.call('GET', `/Users?filter=${encodeURIComponent('userName = "x"')}`)).toMatchObject({
      status: 400,
      body: { error: 'scim', message: expect.stringContaining('Invalid filter expression') },
    });
    expect((await client.call('GET', `/Users?filter=${encodeURIComponent('passwordHash pr')}`)).status).toBe(400);
    expect(
      await client.call('POST', '/Users', { userName: 'q', password: 'short', emails: [{ value: 'q@x' }] }),
    ).toMatchObject({
      status: 400,
      body: { error: 'invalid_scim_resource', message: expect.stringContaining('at least 8 characters') },
    });
    expect((await client.call('POST', '/Users', { userName: 'q', password: 'a password' })).body.message).toContain(
      'emails',
    );
    expect(
      (
        await client.call('POST', '/Users', {
          userName: "x' or '1'='1",
          password: 'a password',
          emails: [{ value: 'q@x' }],
        })
      ).status,
    ).toBe(400);
  });

  test('a pause is ended by unlocking the user', async () => {
    const id = await client.addUser('tom');
    for (let n = 0; n < 5; n++)
      await client.token(
        { grant_type: 'password', username: 'tom', password: 'wrong', client_id: 'pks_cli' },
        { 'x-forwarded-for': `192.0.2.${50 + n}` },
      );
    const fields = { grant_type: 'password', username: 'tom', password: 'a password', client_id: 'pks_cli' };
    expect((await client.token(fields)).status).toBe(429);
    expect((await client.call('PATCH', `/Users/${id}/status`, { locked: false })).body).toEqual({ locked: false });
    expect((await client.token(fields)).status).toBe(200);
  });
});

describe('the management client is no way into the console', () => {
  test('it can neither join opsman.admin nor change an administrator', async () => {
    const id = await client.addUser('eve');
    const { body: groups } = await client.call(
      'GET',
      `/Groups?filter=${encodeURIComponent('displayName eq "opsman.admin"')}`,
    );
    expect(
      (
        await client.call('POST', `/Groups/${groups.resources[0].id}/members`, {
          value: id,
          type: 'USER',
          origin: 'uaa',
        })
      ).status,
    ).toBe(403);
    const { body: users } = await client.call('GET', `/Users?filter=${encodeURIComponent('userName eq "ana"')}`);
    const ana = users.resources[0].id;
    expect((await client.call('PUT', `/Users/${ana}/password`, { password: 'taken over' })).status).toBe(403);
    expect((await client.call('DELETE', `/Users/${ana}`)).status).toBe(403);
    expect(
      (
        await client.call('POST', '/oauth/clients', {
          client_id: 'x',
          client_secret: 'y',
          authorized_grant_types: ['client_credentials'],
          authorities: ['opsman.admin'],
        })
      ).status,
    ).toBe(403);
  });
});

describe('groups', () => {
  test('members by the Go way and by the Ruby way, versions checked', async () => {
    const id = await client.addUser('gus');
    const made = await client.call('POST', '/Groups', { displayName: 'team.blue', description: 'Blue' });
    expect(made.status).toBe(201);
    expect((await client.call('POST', '/Groups', { displayName: 'team.blue' })).status).toBe(409);
    const put = await client.call(
      'PUT',
      `/Groups/${made.body.id}`,
      { ...made.body, members: [{ value: id, type: 'USER', origin: 'uaa' }] },
      { 'if-match': '1' },
    );
    expect(put.body.members).toEqual([{ origin: 'uaa', type: 'USER', value: id }]);
    expect(
      (await client.call('PUT', `/Groups/${made.body.id}`, { displayName: 'team.blue' }, { 'if-match': '1' })).status,
    ).toBe(412);
    const { members, ...empty } = put.body;
    expect((await client.call('PUT', `/Groups/${made.body.id}`, empty, { 'if-match': '2' })).body.members).toEqual([]);
    expect((await client.call('DELETE', `/Groups/${made.body.id}`)).body.displayName).toBe('team.blue');
  });

  test('built-in groups stay', async () => {
    const { body } = await client.call(
      'GET',
      `/Groups?filter=${encodeURIComponent('displayName eq "pks.clusters.admin"')}`,
    );
    expect((await client.call('DELETE', `/Groups/${body.resources[0].id}`)).status).toBe(409);
  });
});

describe('clients', () => {
  test('create, read, meta, update, secret, delete; the secret is never shown', async () => {
    const made = await client.call('POST', '/oauth/clients', {
      client_id: 'robot',
      client_secret: 'robot-secret',
      authorized_grant_types: ['client_credentials'],
      authorities: ['pks.clusters.admin'],
      access_token_validity: 120,
    });
    expect(made.status).toBe(201);
    expect(made.body.client_secret).toBeUndefined();
    expect(JSON.stringify((await client.call('GET', '/oauth/clients')).body)).not.toMatch(
      /secretHash|client_secret|robot-secret|argon2id/,
    );
    expect((await client.call('GET', '/oauth/clients/robot/meta')).body).toMatchObject({
      clientId: 'robot',
      createdby: 'admin',
    });
    const updated = await client.call('PUT', '/oauth/clients/robot', {
      client_id: 'robot',
      name: 'Robot',
      authorities: [],
    });
    expect(updated.body).toMatchObject({
      name: 'Robot',
      authorities: ['pks.clusters.admin'],
      access_token_validity: 120,
    });
    expect(
      (await client.call('PUT', '/oauth/clients/robot/secret', { clientId: 'robot', secret: 'another-secret' })).body
        .status,
    ).toBe('ok');
    const { body } = await client.token(
      { grant_type: 'client_credentials' },
      { authorization: basic('robot', 'another-secret') },
    );
    expect(body).toMatchObject({ scope: 'pks.clusters.admin', expires_in: 120 });
    expect(
      await client.call('POST', '/oauth/clients', {
        client_id: 'robot',
        client_secret: 'x',
        authorized_grant_types: ['client_credentials'],
      }),
    ).toMatchObject({
      status: 409,
      body: { error_description: 'Client already exists: robot' },
    });
    expect((await client.call('DELETE', '/oauth/clients/robot')).body.client_id).toBe('robot');
    expect(await client.call('GET', '/oauth/clients/robot')).toMatchObject({
      status: 404,
      body: { error_description: 'No client with requested id: robot' },
    });
  });

  test('built-in clients stay, and a client of another issuer is not seen', async () => {
    expect((await client.call('DELETE', '/oauth/clients/pks_cli')).status).toBe(409);
    expect((await client.call('GET', '/oauth/clients/opsman')).status).toBe(404);
  });
});
