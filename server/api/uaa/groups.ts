import { Hono } from 'hono';
import { z } from 'zod';
import type { GroupView, Issuer } from '#model/user.ts';
import { authorize } from '#server/identity/authorize.ts';
import { findGroups, readGroup } from '#server/identity/find-groups.ts';
import { parseInput } from '#server/identity/parse-input.ts';
import { createGroup, deleteGroup, updateGroup } from '#server/identity/save-group.ts';
import { addMember, removeMember } from '#server/identity/set-groups.ts';
import { TesseraError } from '#server/platform/error.ts';
import { scimProblem } from '../problem.ts';
import { asBearer, type RestDeps, readJson } from '../rest-context.ts';
import { listAnswer, pageQueryOf, pick, versionOf } from './scim-list.ts';

const Member = z.looseObject({ value: z.string(), type: z.string().optional(), origin: z.string().optional() });
const ScimGroup = z.looseObject({
  displayName: z.string().min(1).max(255),
  description: z.string().nullish(),
  // uaac leaves the key out to send an empty list
  members: z.array(Member).nullish(),
});

export function createGroupRoutes(deps: RestDeps, issuer: Issuer): Hono {
  const groups = new Hono();
  groups.onError((error, c) => scimProblem(error, deps.log, c));

  groups.get('/', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'view-users');
      const query = pageQueryOf(c);
      const page = await findGroups(tx, query);
      return c.json(
        listAnswer(
          query,
          page,
          page.found.map((group) => pick(c, toWire(group))),
        ),
      );
    }),
  );

  groups.post('/', async (c) => {
    const group = changeOf(parseInput(ScimGroup, await readJson(c)));
    return asBearer(deps, c, issuer, async (tx, actor) => c.json(toWire(await createGroup(tx, group, actor)), 201));
  });

  // groups of a directory: none is connected
  groups.get('/External', (c) => noExternal(c.req.query('startIndex')));
  groups.get('/External/list', (c) => noExternal(c.req.query('startIndex')));
  groups.post('/External', () => {
    throw new TesseraError('invalid_input', 'No LDAP or SAML directory is connected, so its groups cannot be mapped.');
  });

  groups.get('/:id', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'view-users');
      return c.json(toWire(await readGroup(tx, c.req.param('id'))));
    }),
  );

  groups.put('/:id', async (c) => {
    const group = changeOf(parseInput(ScimGroup, await readJson(c)));
    return asBearer(deps, c, issuer, async (tx, actor) =>
      c.json(toWire(await updateGroup(tx, c.req.param('id'), group, versionOf(c), actor))),
    );
  });

  groups.delete('/:id', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => c.json(toWire(await deleteGroup(tx, c.req.param('id'), actor)))),
  );

  groups.get('/:id/members', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'view-users');
      return c.json((await readGroup(tx, c.req.param('id'))).members.map(memberOf));
    }),
  );

  groups.post('/:id/members', async (c) => {
    const member = parseInput(Member, await readJson(c));
    if (member.type === 'GROUP')
      throw new TesseraError('invalid_input', 'members: groups within groups are not supported; add the users.');
    await asBearer(deps, c, issuer, (tx, actor) => addMember(tx, c.req.param('id'), member.value, actor));
    return c.json(memberOf(member.value), 201);
  });

  groups.delete('/:id/members/:user', async (c) => {
    await asBearer(deps, c, issuer, (tx, actor) => removeMember(tx, c.req.param('id'), c.req.param('user'), actor));
    return c.json(memberOf(c.req.param('user')));
  });
  return groups;
}

const memberOf = (userId: string) => ({ origin: 'uaa', type: 'USER', value: userId });

function noExternal(startIndex: string | undefined): Response {
  return Response.json(listAnswer({ startIndex: Number(startIndex) || 1, count: 100 }, { found: [], total: 0 }, []));
}

function changeOf(group: z.infer<typeof ScimGroup>) {
  const members = group.members ?? [];
  return {
    displayName: group.displayName,
    description: group.description ?? '',
    members: members.map((member) => member.value),
  };
}

function toWire(group: GroupView): Record<string, unknown> {
  return {
    id: group.id,
    displayName: group.displayName,
    description: group.description,
    members: group.members.map(memberOf),
    meta: { version: group.version, created: group.createdAt, lastModified: group.updatedAt },
    zoneId: 'uaa',
    schemas: ['urn:scim:schemas:core:1.0'],
  };
}
