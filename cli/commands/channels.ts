import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { Channel, type ChannelConfig } from '#model/channel.ts';
import { WEBHOOK_TEMPLATES } from '#model/webhook-template.ts';
import { askPassword } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { printJson, printTable } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const ChannelView = z.looseObject({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  config: z.looseObject({ kind: z.string() }),
  minimumSeverity: z.string(),
  managedBy: z.string().nullable(),
  last: z.looseObject({ state: z.string(), receipt: z.string().nullable() }).nullable(),
  waiting: z.number(),
});
type ChannelView = z.infer<typeof ChannelView>;
const DeliveryView = z.looseObject({
  id: z.number(),
  channelName: z.string(),
  news: z.string(),
  title: z.string(),
  state: z.string(),
  attempts: z.number(),
  receipt: z.string().nullable(),
  createdAt: z.string(),
});

type AddOptions = {
  email?: string[];
  pagerduty?: boolean;
  webhook?: string;
  slack?: boolean;
  syslog?: string;
  server?: string;
  port?: number;
  from?: string;
  user?: string;
  tls?: string;
  ca?: string;
  severity: string;
  drills: boolean;
  secret?: string[];
};

const POLL_MS = 250;
/** A test is one attempt; the director gives it ten seconds. */
const TEST_POLLS = 100;
const MOST = 200;

/** Who is told of alerts: list, add, remove, test, and the delivery log. */
export function addChannels(program: Command, context: TesseraContext): void {
  const { print } = context;
  const channels = program
    .command('channels')
    .description('List the channels alerts go to')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const list = await listChannels(consoleOf(context));
      if (options.json) return printJson(print, list);
      if (list.length === 0) return print.line('No channels: nobody is told of alerts.');
      printTable(
        print,
        ['Channel', 'Kind', 'Alerts', 'State', 'Last news', 'Waiting'],
        list.map((one) => [
          one.name,
          one.config.kind,
          `${one.minimumSeverity} and worse`,
          one.enabled ? 'on' : 'off',
          one.last === null ? 'none' : [one.last.state, one.last.receipt ?? ''].join(': '),
          `${one.waiting}`,
        ]),
      );
    });

  channels
    .command('add')
    .description('Add a channel; secrets are asked for, or given with --secret')
    .argument('<name>', 'name of the channel')
    .option('--email <address...>', 'by e-mail to these addresses')
    .option('--pagerduty', 'to PagerDuty (Events v2)')
    .option('--webhook <url>', 'to a webhook')
    .option('--slack', 'with --webhook: in the form Slack takes')
    .option('--syslog <host>', 'to a syslog server')
    .option('--server <host>', 'with --email: the mail server')
    .option('--from <address>', 'with --email: the sender')
    .option('--user <name>', 'with --email: log in as')
    .option('--port <port>', 'port of the mail or syslog server', wholeNumber)
    .option('--tls <mode>', 'e-mail: none, starttls or tls; syslog: none or tls')
    .option('--ca <file>', 'PEM certificates of a private authority')
    .option('--severity <severity>', 'from which severity on', 'warning')
    .option('--no-drills', 'not of alerts that drills cause')
    .option('--secret <field=value...>', 'password, routingKey, signingKey or token')
    .action(async (name: string, options: AddOptions) => {
      const channel = Channel.safeParse({
        name,
        config: configOf(options),
        minimumSeverity: options.severity,
        drills: options.drills,
      });
      if (!channel.success) throw new CliError(channel.error.issues.map((issue) => issue.message).join('. '));
      const secrets = await secretsOf(channel.data.config, options);
      const input = { id: null, channel: channel.data, secrets };
      await consoleOf(context).mutate('channels.save', z.unknown(), input);
      print.line(`Channel ${name} added. Test it with: tessera channels test ${name}`);
    });

  channels
    .command('remove')
    .description('Remove a channel')
    .argument('<name>', 'name of the channel')
    .action(async (name: string) => {
      const client = consoleOf(context);
      const { id } = await findChannel(client, name);
      await client.mutate('channels.remove', z.unknown(), { id });
      print.line(`Channel ${name} removed.`);
    });

  channels
    .command('test')
    .description('Send a real message and wait for its receipt')
    .argument('<name>', 'name of the channel')
    .action(async (name: string) => {
      const client = consoleOf(context);
      const { id } = await findChannel(client, name);
      const sent = await client.mutate('channels.test', DeliveryView, { id });
      for (let poll = 0; poll < TEST_POLLS; poll += 1) {
        const log = await client.query('channels.deliveries', z.array(DeliveryView), { channelId: id, limit: MOST });
        const now = log.find((one) => one.id === sent.id);
        if (now?.state === 'delivered') return print.line(`Delivered: ${now.receipt ?? ''}`);
        if (now?.state === 'failed') throw new CliError(`Not delivered: ${now.receipt ?? 'no reason given'}`);
        await context.sleep(POLL_MS);
      }
      throw new CliError('The director has not sent it yet. Look whether it runs: tessera info');
    });

  channels
    .command('deliveries')
    .description('What was sent, and how it went')
    .option('--channel <name>', 'only by this channel')
    .option('--alert <id>', 'only of this alert', wholeNumber)
    .option('--limit <n>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print the answer of the console')
    .action(async (options: { channel?: string; alert?: number; limit: number; json?: boolean }) => {
      const client = consoleOf(context);
      const channelId = options.channel === undefined ? undefined : (await findChannel(client, options.channel)).id;
      const log = await client.query('channels.deliveries', z.array(DeliveryView), {
        ...(channelId === undefined ? {} : { channelId }),
        ...(options.alert === undefined ? {} : { alertId: options.alert }),
        limit: Math.min(options.limit, MOST),
      });
      if (options.json) return printJson(print, log);
      if (log.length === 0) return print.line('Nothing was sent.');
      printTable(
        print,
        ['When', 'Channel', 'News', 'Alert', 'State', 'Attempts', 'Receipt'],
        log.map((one) => [
          one.createdAt,
          one.channelName,
          one.news,
          one.title,
          one.state,
          `${one.attempts}`,
          one.receipt ?? '',
        ]),
      );
    });
}

const listChannels = (client: ConsoleClient): Promise<ChannelView[]> =>
  client.query('channels.list', z.array(ChannelView));

async function findChannel(client: ConsoleClient, name: string): Promise<ChannelView> {
  const list = await listChannels(client);
  const found = list.find((one) => one.name === name);
  if (found) return found;
  throw new CliError(`There is no channel ${name}. There are: ${list.map((one) => one.name).join(', ') || 'none'}.`);
}

/** The configuration as typed; the schema says what is wrong with it. */
function configOf(options: AddOptions): unknown {
  const caPem = options.ca === undefined ? '' : readFileSync(options.ca, 'utf8');
  const port = options.port === undefined ? {} : { port: options.port };
  const made: unknown[] = [];
  if (options.email)
    made.push({
      kind: 'email',
      host: options.server ?? '',
      ...port,
      tls: options.tls ?? 'starttls',
      user: options.user ?? '',
      from: options.from ?? options.email[0],
      to: options.email,
      caPem,
    });
  if (options.pagerduty) made.push({ kind: 'pagerduty' });
  if (options.webhook !== undefined) {
    const [generic, slack] = WEBHOOK_TEMPLATES;
    const { body, contentType } = options.slack ? slack : generic;
    made.push({ kind: 'webhook', url: options.webhook, body, contentType, caPem });
  }
  if (options.syslog !== undefined)
    made.push({
      kind: 'syslog',
      host: options.syslog,
      ...port,
      transport: options.tls === 'none' ? 'tcp' : 'tls',
      caPem,
    });
  if (made.length === 1) return made[0];
  throw new CliError('Give exactly one of --email, --pagerduty, --webhook and --syslog.');
}

/** Secrets given, and those that the kind cannot do without asked for. */
async function secretsOf(config: ChannelConfig, { secret = [] }: AddOptions): Promise<Record<string, string>> {
  const given = Object.fromEntries(
    secret.map((pair) => {
      const cut = pair.indexOf('=');
      if (cut < 1) throw new CliError(`--secret ${pair}: write it as field=value.`);
      return [pair.slice(0, cut), pair.slice(cut + 1)];
    }),
  );
  const needed = neededOf(config);
  if (needed !== null && given[needed] === undefined)
    given[needed] = await askPassword(`${needed}: `, `--secret ${needed}=…`);
  return given;
}

function neededOf(config: ChannelConfig): string | null {
  if (config.kind === 'email' && config.user !== '') return 'password';
  if (config.kind === 'pagerduty') return 'routingKey';
  return config.kind === 'webhook' && config.url.includes('((token))') ? 'token' : null;
}
