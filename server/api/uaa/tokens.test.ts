import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { verifyToken } from '#server/identity/verify-token.ts';
import { ADMIN_SECRET, BASE_URL, basic, type RestFixture, setUpRest, UaaClient } from '../rest-fixture.ts';
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

describe('tokens', () => {
  test('a client gets its authorities, no refresh token', async () => {
    const { status, body } = await client.token(
      { grant_type: 'client_credentials', token_format: 'jwt' },
      { authorization: basic('admin', ADMIN_SECRET) },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 600 });
    expect(String(body.scope).split(' ')).toContain('uaa.admin');
    expect(body.refresh_token).toBeUndefined();
    const claims = decodeJwt(String(body.access_token));
    expect(claims).toMatchObject({
      iss: `${BASE_URL}/oauth/token`,
      cid: 'admin',
      client_id: 'admin',
      sub: 'admin',
      zid: 'uaa',
      jti: body.jti,
    });
    expect(claims.aud).toContain('clients');
  });

  test('tokens are checked with the published keys', async () => {
    const { body: keys } = await client.call('GET', '/token_keys');
    const { payload, protectedHeader } = await jwtVerify(client.admin, createLocalJWKSet(keys), {
      issuer: `${BASE_URL}/oauth/token`,
    });
    expect(payload.client_id).toBe('admin');
    expect(protectedHeader).toMatchObject({
      alg: 'RS256',
      typ: 'JWT',
      kid: keys.keys[0].kid,
      jku: `${BASE_URL}/token_keys`,
    });
    const { body: key, headers } = await client.call('GET', '/token_key');
    expect(key).toMatchObject({
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
      value: expect.stringContaining('BEGIN PUBLIC KEY'),
    });
    expect(
      (await client.call('GET', '/token_key', undefined, { 'if-none-match': headers.get('etag') ?? '' })).status,
    ).toBe(304);
  });

  test('id and secret may be URL-encoded in the Basic header, with and without the header that says so', async () => {
    await client.call('POST', '/oauth/clients', {
      client_id: 'ro bot',
      client_secret: 'a+b%c d',
      authorized_grant_types: ['client_credentials'],
      authorities: ['pks.clusters.manage'],
    });
    const encoded = basic('ro%20bot', encodeURIComponent('a+b%c d'));
    const fields = { grant_type: 'client_credentials' };
    expect((await client.token(fields, { authorization: encoded, 'x-cf-encoded-credentials': 'true' })).status).toBe(
      200,
    );
    expect((await client.token(fields, { authorization: encoded })).status).toBe(200);
    expect((await client.token(fields, { authorization: basic('ro bot', 'a+b%c d') })).status).toBe(200);
  });

  test('wrong secret, unknown client and missing secret are one refusal', async () => {
    for (const authorization of [basic('admin', 'wrong'), basic('nobody', 'x'), basic('admin', '')]) {
      const response = await client.token({ grant_type: 'client_credentials' }, { authorization });
      expect(response).toEqual({ status: 401, body: { error: 'unauthorized', error_description: 'Bad credentials' } });
    }
  });

  test('a public client takes the empty secret only', async () => {
    const fields = { grant_type: 'password', username: 'ana', password: 'correct horse' };
    expect((await client.token(fields, { authorization: basic('pks_cli', '') })).status).toBe(200);
    expect((await client.token({ ...fields, client_id: 'pks_cli', client_secret: '' })).status).toBe(200);
    expect((await client.token(fields, { authorization: basic('pks_cli', 'guess') })).status).toBe(401);
  });

  test('a user gets what both the groups and the client allow', async () => {
    const id = await client.addUser('john');
    await client.addTo('pks.clusters.admin', id);
    const { body } = await client.token({
      grant_type: 'password',
      username: 'JOHN',
      password: 'a password',
      client_id: 'pks_cli',
    });
    expect(String(body.scope).split(' ').sort()).toEqual(['openid', 'pks.clusters.admin']);
    expect(decodeJwt(String(body.access_token))).toMatchObject({
      user_name: 'john',
      user_id: id,
      sub: id,
      email: 'john@example.test',
      origin: 'uaa',
    });
    expect(
      await client.token({
        grant_type: 'password',
        username: 'john',
        password: 'a password',
        client_id: 'pks_cli',
        scope: 'pks.clusters.manage',
      }),
    ).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
  });

  test('kubectl gets an id_token for the cluster client with user name and roles', async () => {
    const { body } = await client.token({
      grant_type: 'password',
      client_id: 'pks_cluster_client',
      client_secret: '',
      username: 'ana',
      password: 'correct horse',
      response_type: 'id_token',
    });
    const claims = decodeJwt(String(body.id_token));
    expect(claims).toMatchObject({ iss: `${BASE_URL}/oauth/token`, aud: ['pks_cluster_client'], user_name: 'ana' });
    expect(claims.roles).toContain('pks.clusters.admin');
    expect(body.refresh_token).toMatch(/-r$/);
  });

  test('wrong password, wrong grant, unknown grant', async () => {
    expect(
      await client.token({ grant_type: 'password', username: 'ana', password: 'wrong', client_id: 'pks_cli' }),
    ).toEqual({
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' },
    });
    expect((await client.token({ grant_type: 'client_credentials', client_id: 'pks_cli' })).body.error).toBe(
      'unauthorized_client',
    );
    expect((await client.token({ grant_type: 'magic', client_id: 'pks_cli' })).body.error).toBe(
      'unsupported_grant_type',
    );
  });

  test('one refresh token works twice and until its end, not after', async () => {
    const first = await client.token({
      grant_type: 'password',
      username: 'ana',
      password: 'correct horse',
      client_id: 'pks_cli',
    });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) };
    for (let n = 0; n < 2; n++) {
      const { status, body } = await client.token(refresh, { authorization: basic('pks_cli', '') });
      expect(status).toBe(200);
      expect(body.refresh_token).toBe(first.body.refresh_token);
    }
    expect((await client.token(refresh, { authorization: basic('pks_cluster_client', '') })).body.error).toBe(
      'invalid_token',
    );
    fixture.advance(21_601);
    expect(await client.token(refresh, { authorization: basic('pks_cli', '') })).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
    fixture.advance(-21_601);
  });
});

describe('what a token opens', () => {
  const verify = (issuer: 'pks' | 'opsman' | 'director', text: string) =>
    inTransaction(pool, (tx) => verifyToken(tx, { issuer, baseUrl: BASE_URL, clock: fixture.deps.clock }, text));

  test('a token of one issuer is refused by the others, though user and address are the same', async () => {
    const opsman = createUaa(fixture.deps, 'opsman');
    const response = await opsman.request('/oauth/token', {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        username: 'ana',
        password: 'correct horse',
        client_id: 'opsman',
      }).toString(),
    });
    const foreign = String((await response.json()).access_token);
    expect((await verify('opsman', foreign)).actor.groups).toContain('opsman.admin');
    await expect(verify('pks', foreign)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(verify('director', client.admin)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect((await client.call('GET', '/Users', undefined, { authorization: `Bearer ${foreign}` })).status).toBe(401);
  });

  test('an id_token, an expired, a garbled and a changed token are refused', async () => {
    const { body } = await client.token({
      grant_type: 'password',
      username: 'ana',
      password: 'correct horse',
      client_id: 'pks_cli',
    });
    const [head, claims, signature] = String(body.access_token).split('.');
    const forged = Buffer.from(
      JSON.stringify({ ...decodeJwt(`${head}.${claims}.${signature}`), scope: ['uaa.admin'] }),
    ).toString('base64url');
    const none = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(client.admin), alg: 'none' })).toString(
      'base64url',
    );
    for (const bad of [
      String(body.id_token),
      `${head}.${forged}.${signature}`,
      `${none}.${claims}.`,
      'garbage',
      'a.b.c',
    ]) {
      await expect(verify('pks', bad)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    fixture.advance(601);
    await expect(verify('pks', String(body.access_token))).rejects.toThrow(/expired/);
    fixture.advance(-601);
    expect((await verify('pks', String(body.access_token))).actor.name).toBe('ana');
  });

  test('a right taken away, a deactivated user and a deleted one count at once', async () => {
    const id = await client.addUser('zoe');
    await client.addTo('pks.clusters.manage', id);
    const { body } = await client.token({
      grant_type: 'password',
      username: 'zoe',
      password: 'a password',
      client_id: 'pks_cli',
    });
    const text = String(body.access_token);
    expect((await verify('pks', text)).actor.groups).toContain('pks.clusters.manage');
    const { body: groups } = await client.call(
      'GET',
      `/Groups?filter=${encodeURIComponent('displayName eq "pks.clusters.manage"')}`,
    );
    await client.call('DELETE', `/Groups/${groups.resources[0].id}/members/${id}`);
    expect((await verify('pks', text)).actor.groups).not.toContain('pks.clusters.manage');
    await client.call('PATCH', `/Users/${id}`, { active: false }, { 'if-match': '*' });
    await expect(verify('pks', text)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(
      (
        await client.token({
          grant_type: 'refresh_token',
          refresh_token: String(body.refresh_token),
          client_id: 'pks_cli',
        })
      ).status,
    ).toBe(401);
  });

  test('check_token tells a resource server what a token says', async () => {
    const form = { method: 'POST', headers: { authorization: basic('admin', ADMIN_SECRET) } };
    const good = await client.app.request('/check_token', {
      ...form,
      body: new URLSearchParams({ token: client.admin }).toString(),
    });
    expect(await good.json()).toMatchObject({ client_id: 'admin' });
    const bad = await client.app.request('/check_token', {
      ...form,
      body: new URLSearchParams({ token: 'x.y.z' }).toString(),
    });
    expect([bad.status, (await bad.json()).error]).toEqual([400, 'invalid_token']);
  });
});

describe('what a client asks first', () => {
  test('/info and /login have the prompts in the types that clients parse, and /healthz is plain', async () => {
    for (const path of ['/info', '/login']) {
      const { body } = await client.call('GET', path, undefined, { authorization: '' });
      expect(body).toMatchObject({
        app: { version: expect.any(String) },
        prompts: { username: ['text', 'Email'], password: ['password', 'Password'] },
        links: { uaa: BASE_URL },
        zone_name: 'uaa',
        timestamp: expect.any(String),
        idpDefinitions: {},
      });
      expect(body.token_endpoint).toBeUndefined();
    }
    expect((await client.call('GET', '/healthz')).body).toBe('ok\n');
  });

  test('discovery is also found below the issuer, as kube-apiserver looks for it', async () => {
    for (const path of ['/.well-known/openid-configuration', '/oauth/token/.well-known/openid-configuration']) {
      const { body } = await client.call('GET', path);
      expect(body).toMatchObject({
        issuer: `${BASE_URL}/oauth/token`,
        jwks_uri: `${BASE_URL}/token_keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
  });

  test('userinfo needs a user and openid', async () => {
    const { body } = await client.token({
      grant_type: 'password',
      username: 'ana',
      password: 'correct horse',
      client_id: 'pks_cli',
    });
    const answer = await client.call('GET', '/userinfo?scheme=openid', undefined, {
      authorization: `Bearer ${body.access_token}`,
    });
    expect(answer.body).toMatchObject({
      user_name: 'ana',
      email: 'ana@example.test',
      previous_logon_time: expect.any(Number),
    });
    expect((await client.call('GET', '/userinfo')).status).toBe(403);
  });
});

test('nobody is asked for a token without the body being a form, and paths outside are 404', async () => {
  expect((await client.app.request('/oauth/token', { method: 'POST', body: '{}' })).status).toBe(401);
  expect((await client.app.request('/oauth/authorize')).status).toBe(404);
});
