import { Hono } from 'hono';
import { z } from 'zod';
import type { Issuer, UserView } from '#model/user.ts';
import { authorize } from '#server/identity/authorize.ts';
import { createUser, findUserByName } from '#server/identity/create-user.ts';
import { findUsers, readUser } from '#server/identity/find-users.ts';
import { parseInput } from '#server/identity/parse-input.ts';
import { setPassword } from '#server/identity/set-password.ts';
import { unlockUser } from '#server/identity/unlock-user.ts';
import { deleteUser, updateUser } from '#server/identity/update-user.ts';
import { TesseraError } from '#server/platform/error.ts';
import { scimProblem } from '../problem.ts';
import { asBearer, type RestDeps, readJson, withTx } from '../rest-context.ts';
import { listAnswer, pageQueryOf, pick, versionOf } from './scim-list.ts';

// loose: clients send objects back as they got them, with more in them than can be changed
const ScimUser = z.looseObject({
  userName: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  origin: z.string().optional(),
  active: z.boolean().optional(),
  verified: z.boolean().optional(),
  name: z.looseObject({ givenName: z.string().nullish(), familyName: z.string().nullish() }).nullish(),
  emails: z.array(z.looseObject({ value: z.string(), primary: z.boolean().nullish() })).nullish(),
});
type ScimUser = z.infer<typeof ScimUser>;

const PasswordChange = z.looseObject({ password: z.string(), oldPassword: z.string().optional() });
const StatusChange = z.looseObject({ locked: z.literal(false, 'locked: only false can be set') });

export function createUserRoutes(deps: RestDeps, issuer: Issuer): Hono {
  const users = new Hono();
  users.onError((error, c) => scimProblem(error, deps.log, c));

  users.get('/', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'view-users');
      const query = pageQueryOf(c);
      const page = await findUsers(tx, query);
      return c.json(
        listAnswer(
          query,
          page,
          page.found.map((user) => pick(c, toWire(user))),
        ),
      );
    }),
  );

  users.post('/', async (c) => {
    const wanted = parseInput(ScimUser, await readJson(c));
    const user = newUserOf(wanted);
    try {
      return await asBearer(deps, c, issuer, async (tx, actor) =>
        c.json(toWire(await createUser(tx, user, actor)), 201),
      );
    } catch (error) {
      if (!(error instanceof TesseraError) || error.code !== 'conflict') throw error;
      // clients show whose name it is
      const taken = await withTx(deps, (tx) => findUserByName(tx, user.userName));
      return c.json(
        {
          error: 'scim_resource_already_exists',
          message: error.message,
          error_description: error.message,
          ...(taken ? { user_id: taken.id, active: taken.active, verified: taken.verified } : {}),
        },
        409,
      );
    }
  });

  users.get('/:id', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      if (actor.userId !== c.req.param('id')) authorize(actor, 'view-users');
      return c.json(toWire(await readUser(tx, c.req.param('id'))));
    }),
  );

  users.on(['PUT', 'PATCH'], '/:id', async (c) => {
    const wanted = parseInput(ScimUser, await readJson(c));
    return asBearer(deps, c, issuer, async (tx, actor) =>
      // UAA wants If-Match on PUT, the Go client sends none: absent means "whatever it is"
      c.json(toWire(await updateUser(tx, c.req.param('id'), changeOf(wanted), versionOf(c), actor))),
    );
  });

  users.delete('/:id', (c) =>
    // 200 with the object: clients take an empty answer for a fault
    asBearer(deps, c, issuer, async (tx, actor) => c.json(toWire(await deleteUser(tx, c.req.param('id'), actor)))),
  );

  users.put('/:id/password', async (c) => {
    const change = parseInput(PasswordChange, await readJson(c));
    await asBearer(deps, c, issuer, (tx, actor) =>
      setPassword(tx, c.req.param('id'), change.password, actor, change.oldPassword),
    );
    return c.json({ status: 'ok', message: 'password updated' });
  });

  users.patch('/:id/status', async (c) => {
    parseInput(StatusChange, await readJson(c));
    await asBearer(deps, c, issuer, (tx, actor) => unlockUser(tx, c.req.param('id'), actor));
    return c.json({ locked: false });
  });
  return users;
}

function newUserOf(wanted: ScimUser) {
  if (wanted.origin && wanted.origin !== 'uaa') {
    throw new TesseraError(
      'invalid_input',
      `origin: ${wanted.origin} is not connected; only users of origin uaa can be made.`,
    );
  }
  const email = primaryEmail(wanted);
  if (!email) throw new TesseraError('invalid_input', 'emails: give one address.');
  return {
    userName: wanted.userName ?? wanted.username ?? '',
    password: wanted.password ?? '',
    email,
    givenName: wanted.name?.givenName ?? '',
    familyName: wanted.name?.familyName ?? '',
  };
}

function changeOf(wanted: ScimUser) {
  return {
    userName: wanted.userName ?? wanted.username,
    email: primaryEmail(wanted),
    givenName: wanted.name?.givenName ?? undefined,
    familyName: wanted.name?.familyName ?? undefined,
    active: wanted.active,
    verified: wanted.verified,
  };
}

const primaryEmail = (wanted: ScimUser): string | undefined =>
  (wanted.emails?.find((one) => one.primary) ?? wanted.emails?.[0])?.value;

function toWire(user: UserView): Record<string, unknown> {
  return {
    id: user.id,
    externalId: '',
    meta: { version: user.version, created: user.createdAt, lastModified: user.updatedAt },
    userName: user.userName,
    name: { familyName: user.familyName, givenName: user.givenName },
    emails: [{ value: user.email, primary: true }],
    groups: user.groups.map((group) => ({ value: group.id, display: group.displayName, type: 'DIRECT' })),
    approvals: [],
    phoneNumbers: [],
    active: user.active,
    verified: user.verified,
    origin: user.origin,
    zoneId: 'uaa',
    passwordLastModified: user.passwordChangedAt,
    ...(user.lastLogonAt
      ? { lastLogonTime: Date.parse(user.lastLogonAt), previousLogonTime: Date.parse(user.lastLogonAt) }
      : {}),
    schemas: ['urn:scim:schemas:core:1.0'],
  };
}
