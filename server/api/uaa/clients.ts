import { Hono } from 'hono';
import { z } from 'zod';
import type { ClientView, Issuer } from '#model/user.ts';
import { authorize } from '#server/identity/authorize.ts';
import { findClients, readClient } from '#server/identity/find-clients.ts';
import { parseInput } from '#server/identity/parse-input.ts';
import { changeClientSecret, createClient, deleteClient, updateClient } from '#server/identity/save-client.ts';
import { TesseraError } from '#server/platform/error.ts';
import { uaaProblem } from '../problem.ts';
import { asBearer, type RestDeps, readJson } from '../rest-context.ts';
import { listAnswer, pageQueryOf } from './scim-list.ts';

/** Lists come as arrays from Go and as comma-separated text from some scripts. */
const Words = z
  .union([z.array(z.string()), z.string()])
  .nullish()
  .transform((value) =>
    typeof value === 'string' ? value.split(',').map((word) => word.trim()) : (value ?? undefined),
  );

const UaaClient = z.looseObject({
  client_id: z.string().max(255).optional(),
  client_secret: z.string().max(255).nullish(),
  name: z.string().max(255).nullish(),
  authorized_grant_types: Words,
  scope: Words,
  authorities: Words,
  redirect_uri: Words,
  autoapprove: z.union([z.boolean(), z.string(), z.array(z.string())]).nullish(),
  access_token_validity: z.number().int().nonnegative().nullish(),
  refresh_token_validity: z.number().int().nonnegative().nullish(),
});
type UaaClient = z.infer<typeof UaaClient>;

const SecretChange = z.looseObject({ secret: z.string().min(1, 'secret: give the new secret') });

export function createClientRoutes(deps: RestDeps, issuer: Issuer): Hono {
  const clients = new Hono();
  clients.onError((error, c) => clientProblem(error, deps, c));

  clients.get('/', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'manage-clients');
      const query = pageQueryOf(c);
      const page = await findClients(tx, issuer, query);
      return c.json(listAnswer(query, page, page.found.map(toWire)));
    }),
  );

  clients.post('/', async (c) => {
    const wanted = parseInput(UaaClient, await readJson(c));
    if (!wanted.client_id) throw new TesseraError('invalid_input', 'client_id is missing.');
    const client = { ...changeOf(wanted), clientId: wanted.client_id, secret: wanted.client_secret ?? '' };
    return asBearer(deps, c, issuer, async (tx, actor) =>
      c.json(toWire(await createClient(tx, issuer, client, actor)), 201),
    );
  });

  clients.get('/:id', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'manage-clients');
      return c.json(toWire(await readClient(tx, issuer, c.req.param('id'))));
    }),
  );

  // uaac asks for this after every `client get` and `client add`
  clients.get('/:id/meta', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) => {
      authorize(actor, 'manage-clients');
      const client = await readClient(tx, issuer, c.req.param('id'));
      return c.json({
        clientId: client.clientId,
        showOnHomePage: false,
        appLaunchUrl: null,
        appIcon: null,
        createdby: client.createdBy,
      });
    }),
  );

  clients.put('/:id', async (c) => {
    const change = changeOf(parseInput(UaaClient, await readJson(c)));
    return asBearer(deps, c, issuer, async (tx, actor) =>
      c.json(toWire(await updateClient(tx, issuer, c.req.param('id'), change, actor))),
    );
  });

  clients.put('/:id/secret', async (c) => {
    const { secret } = parseInput(SecretChange, await readJson(c));
    await asBearer(deps, c, issuer, (tx, actor) => changeClientSecret(tx, issuer, c.req.param('id'), secret, actor));
    return c.json({ status: 'ok', message: 'secret updated' });
  });

  clients.delete('/:id', (c) =>
    asBearer(deps, c, issuer, async (tx, actor) =>
      c.json(toWire(await deleteClient(tx, issuer, c.req.param('id'), actor))),
    ),
  );
  return clients;
}

function clientProblem(error: Error, deps: RestDeps, c: Parameters<typeof uaaProblem>[2]): Response {
  if (error instanceof TesseraError && error.code === 'invalid_input') {
    return c.json({ error: 'invalid_client', error_description: error.message }, 400);
  }
  return uaaProblem(error, deps.log, c);
}

function changeOf(wanted: UaaClient) {
  return {
    name: wanted.name ?? undefined,
    grantTypes: wanted.authorized_grant_types,
    scopes: wanted.scope,
    authorities: wanted.authorities,
    redirectUris: wanted.redirect_uri,
    autoapprove:
      typeof wanted.autoapprove === 'string' ? wanted.autoapprove === 'true' : (wanted.autoapprove ?? undefined),
    accessTokenSeconds: wanted.access_token_validity || undefined,
    refreshTokenSeconds: wanted.refresh_token_validity || undefined,
  };
}

/** Never the secret. */
function toWire(client: ClientView): Record<string, unknown> {
  return {
    client_id: client.clientId,
    name: client.name,
    authorized_grant_types: client.grantTypes,
    redirect_uri: client.redirectUris,
    scope: client.scopes,
    authorities: client.authorities,
    resource_ids: ['none'],
    allowedproviders: [],
    required_user_groups: [],
    autoapprove: client.autoapprove,
    access_token_validity: client.accessTokenSeconds,
    refresh_token_validity: client.refreshTokenSeconds,
    lastModified: Date.parse(client.updatedAt),
  };
}
