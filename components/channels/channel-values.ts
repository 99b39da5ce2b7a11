import { CHANNEL_SECRETS, Channel, type ChannelKind, type ChannelView } from '#model/channel.ts';
import { WEBHOOK_TEMPLATES } from '#model/webhook-template.ts';

/** The form as it is typed: every kind's fields flat, so that changing the kind loses nothing. */
export type ChannelValues = {
  name: string;
  enabled: boolean;
  minimumSeverity: Channel['minimumSeverity'];
  deployments: string[];
  drills: boolean;
  kind: ChannelKind;
  host: string;
  port: string;
  tls: 'none' | 'starttls' | 'tls';
  user: string;
  domain: string;
  from: string;
  to: string;
  caPem: string;
  url: string;
  proxy: string;
  body: string;
  contentType: string;
  transport: 'tcp' | 'tls';
  permittedPeer: string;
  password: string;
  routingKey: string;
  signingKey: string;
  token: string;
};

export const DEFAULT_PORTS = { email: '25', pagerduty: '', webhook: '', syslog: '6514' } as const satisfies Record<
  ChannelKind,
  string
>;
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';
const [FIRST_TEMPLATE] = WEBHOOK_TEMPLATES;

export const EMPTY: ChannelValues = {
  name: '',
  enabled: true,
  minimumSeverity: 'warning',
  deployments: [],
  drills: true,
  kind: 'email',
  host: '',
  port: DEFAULT_PORTS.email,
  tls: 'starttls',
  user: '',
  domain: '',
  from: '',
  to: '',
  caPem: '',
  url: '',
  proxy: '',
  body: FIRST_TEMPLATE.body,
  contentType: FIRST_TEMPLATE.contentType,
  transport: 'tls',
  permittedPeer: '',
  password: '',
  routingKey: '',
  signingKey: '',
  token: '',
};

/** An existing channel as the form shows it; secrets are blank and stay as they are. Pure. */
export function valuesOf({ name, enabled, minimumSeverity, deployments, drills, config }: ChannelView): ChannelValues {
  const shown = Object.fromEntries(
    Object.entries(config).map(([field, value]) => [field, Array.isArray(value) ? value.join(', ') : value]),
  );
  return {
    ...EMPTY,
    ...shown,
    name,
    enabled,
    minimumSeverity,
    deployments,
    drills,
    kind: config.kind,
    port: 'port' in config ? String(config.port) : DEFAULT_PORTS[config.kind],
  };
}

/** What is sent, or the faults by field of the form. Pure. */
export function channelOf(values: ChannelValues): { channel: Channel } | { faults: Record<string, string> } {
  const parsed = Channel.safeParse({
    name: values.name.trim(),
    enabled: values.enabled,
    minimumSeverity: values.minimumSeverity,
    deployments: values.deployments,
    drills: values.drills,
    config: configOf(values),
  });
  if (parsed.success) return { channel: parsed.data };
  return { faults: Object.fromEntries(parsed.error.issues.map(({ path, message }) => [fieldOf(path), message])) };
}

/** Secrets of the kind that were typed. Pure. */
export function secretsOf(values: ChannelValues): Record<string, string> {
  const fields: readonly ('password' | 'routingKey' | 'signingKey' | 'token')[] = CHANNEL_SECRETS[values.kind];
  return Object.fromEntries(fields.flatMap((field) => (values[field] === '' ? [] : [[field, values[field]]])));
}

/** Field of the form that a refusal of the server names: `channel.config.host`, `secrets.password`. Pure. */
export const fieldOfRefusal = (name: string): string => fieldOf(name.split('.'));

/** `to` is a list: its members have no fields of their own. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  String(path.findLast((part) => typeof part === 'string' && !/^\d+$/.test(part)) ?? 'name');

function configOf(values: ChannelValues): unknown {
  const { kind, caPem } = values;
  const host = values.host.trim();
  const port = values.port.trim() === '' ? Number(DEFAULT_PORTS[kind]) : Number(values.port);
  switch (kind) {
    case 'email':
      return {
        kind,
        host,
        port,
        tls: values.tls,
        user: values.user.trim(),
        domain: values.domain.trim(),
        from: values.from.trim(),
        to: values.to.split(/[\s,;]+/).filter((address) => address !== ''),
        caPem,
      };
    case 'pagerduty':
      return { kind, url: values.url.trim() || PAGERDUTY_URL, proxy: values.proxy.trim() };
    case 'webhook':
      return { kind, url: values.url.trim(), body: values.body, contentType: values.contentType.trim(), caPem };
    case 'syslog':
      return { kind, host, port, transport: values.transport, permittedPeer: values.permittedPeer.trim(), caPem };
  }
}
