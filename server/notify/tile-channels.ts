import { isDeepStrictEqual } from 'node:util';
import { isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { channels } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { Channel } from '#model/channel.ts';
import { DIRECTOR_SLUG } from '#model/product.ts';
import { secretName } from '#model/property.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { findStaged, readMetadataRow } from '#server/products/product-row.ts';
import { resolveProperties } from '#server/products/resolve-properties.ts';
import { type ChannelRow, channelSecret, toChannel } from './channel-rows.ts';
import { dropChannel, writeChannel } from './save-channel.ts';

/**
 * The BOSH Director tile's e-mail, PagerDuty and syslog fields, as last applied, are channels too: made, changed and removed with the tile, and
 * not to be edited elsewhere.
 */
type TileChannel = { managedBy: string; channel: Channel; secrets: Record<string, string> };

const Selected = z.object({ selected_option: z.string().nullable() });
const Text = z.string().nullish();
const Secret = z.object({ secret: z.string() }).nullish();
const Properties = z.object({
  hm_pager_duty_options: Selected.extend({
    enabled: z.object({ service_key: Secret, http_proxy: Text }).optional(),
  }),
  hm_emailer_options: Selected.extend({
    enabled: z
      .object({
        host: Text,
        port: z.number().nullish(),
        domain: Text,
        from: Text,
        recipients: z.array(z.string()),
        smtp_credentials: z.object({ identity: z.string().optional(), password: z.string().optional() }).nullish(),
        tls: z.boolean().nullish(),
      })
      .optional(),
  }),
  syslog_configuration: Selected.extend({
    enabled: z
      .object({
        address: Text,
        port: z.number().nullish(),
        transport_protocol: Text,
        tls_enabled: z.boolean().nullish(),
        permitted_peer: Text,
        ssl_ca_certificate: Text,
      })
      .optional(),
  }),
});
type Properties = z.infer<typeof Properties>;

/** Implicit TLS by custom; any other port of a server that wants TLS begins with STARTTLS. */
const SMTPS_PORT = 465;

/** What tells that the tile was applied since the last look; null before its first apply. */
export async function tileRevision(tx: Tx): Promise<string | null> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  return director?.deployedVersion ? `${director.deployedVersion} ${director.deployedAt?.toISOString() ?? ''}` : null;
}

/** Makes the channels of the tile what the applied configuration says. Idempotent; answers what could not be made, as sentences. */
export async function syncTileChannels(tx: Tx, vault: Vault): Promise<string[]> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  if (!director?.deployedConfiguration || !director.deployedVersion) return [];
  const metadata = await readMetadataRow(tx, DIRECTOR_SLUG, director.deployedVersion);
  const properties = Properties.parse(resolveProperties(metadata, director.deployedConfiguration).properties);
  const existing = await tx.db.select().from(channels).where(isNotNull(channels.managedBy)).limit(10);
  const faults: string[] = [];
  const wanted: string[] = [];
  for (const make of [emailOf, pagerDutyOf, syslogOf]) {
    const made = await make(properties, (reference) => openReference(tx, vault, reference));
    if (!made) continue;
    wanted.push(made.managedBy);
    const before = existing.find((row) => row.managedBy === made.managedBy);
    const parsed = Channel.safeParse(made.channel);
    if (parsed.success) await put(tx, vault, before, { ...made, channel: parsed.data }, faults);
    else faults.push(...parsed.error.issues.map((issue) => `${made.channel.name}: ${issue.message}`));
  }
  for (const row of existing) if (!wanted.includes(row.managedBy ?? '')) await dropChannel(tx, vault, row);
  return faults;
}

async function put(
  tx: Tx,
  vault: Vault,
  before: ChannelRow | undefined,
  made: TileChannel,
  faults: string[],
): Promise<void> {
  const id = before?.id ?? newUuid();
  if (before && isDeepStrictEqual(toChannel(before), made.channel) && (await hasSecrets(tx, vault, id, made.secrets)))
    return;
  try {
    await writeChannel(tx, vault, { id, ...made });
  } catch (error) {
    // checked before anything is written: the other channels can still be made
    faults.push(`${made.channel.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function hasSecrets(tx: Tx, vault: Vault, id: string, wanted: Record<string, string>): Promise<boolean> {
  const names = Object.keys(wanted).map((field) => channelSecret(id, field));
  const stored = await vault.readMany(tx, names);
  return Object.entries(wanted).every(([field, value]) => stored.get(channelSecret(id, field)) === value);
}

async function openReference(tx: Tx, vault: Vault, reference: string | undefined): Promise<string> {
  const name = secretName(reference);
  return name === null ? (reference ?? '') : ((await vault.readMany(tx, [name])).get(name) ?? '');
}

type Open = (reference: string | undefined) => Promise<string>;
const RULES = { enabled: true, minimumSeverity: 'warning', deployments: [], drills: true } satisfies Partial<Channel>;

async function emailOf({ hm_emailer_options }: Properties, open: Open): Promise<TileChannel | null> {
  const fields = hm_emailer_options.enabled;
  if (hm_emailer_options.selected_option !== 'enabled' || !fields) return null;
  const port = fields.port ?? 25;
  const withTls = port === SMTPS_PORT ? 'tls' : 'starttls';
  const password = await open(fields.smtp_credentials?.password);
  return {
    managedBy: `${DIRECTOR_SLUG}/e-mail`,
    channel: {
      name: 'BOSH Director: E-mail',
      ...RULES,
      config: {
        kind: 'email',
        host: fields.host ?? '',
        port,
        tls: fields.tls ? withTls : 'none',
        user: fields.smtp_credentials?.identity ?? '',
        domain: fields.domain ?? '',
        from: fields.from ?? '',
        to: fields.recipients,
        caPem: '',
      },
    },
    secrets: password === '' ? {} : { password },
  };
}

async function pagerDutyOf({ hm_pager_duty_options }: Properties, open: Open): Promise<TileChannel | null> {
  const fields = hm_pager_duty_options.enabled;
  if (hm_pager_duty_options.selected_option !== 'enabled' || !fields) return null;
  return {
    managedBy: `${DIRECTOR_SLUG}/pager-duty`,
    channel: {
      name: 'BOSH Director: PagerDuty',
      ...RULES,
      config: {
        kind: 'pagerduty',
        url: 'https://events.pagerduty.com/v2/enqueue',
        proxy: fields.http_proxy ?? '',
      },
    },
    secrets: { routingKey: await open(fields.service_key?.secret) },
  };
}

async function syslogOf({ syslog_configuration }: Properties): Promise<TileChannel | null> {
  const fields = syslog_configuration.enabled;
  if (syslog_configuration.selected_option !== 'enabled' || fields?.transport_protocol !== 'tcp') return null;
  return {
    managedBy: `${DIRECTOR_SLUG}/syslog`,
    channel: {
      name: 'BOSH Director: Syslog',
      ...RULES,
      config: {
        kind: 'syslog',
        host: fields.address ?? '',
        port: fields.port ?? 514,
        transport: fields.tls_enabled ? 'tls' : 'tcp',
        permittedPeer: fields.tls_enabled ? (fields.permitted_peer ?? '') : '',
        caPem: fields.tls_enabled ? (fields.ssl_ca_certificate ?? '') : '',
      },
    },
    secrets: {},
  };
}
