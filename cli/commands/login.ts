import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { askPassword } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { removeCreds, writeCreds } from '../creds.ts';
import { fetchToken } from '../pks-client.ts';
import type { PksContext } from './pks-command.ts';

type LoginOptions = {
  api: string;
  username?: string;
  password?: string;
  clientName?: string;
  clientSecret?: string;
  caCert?: string;
  skipSslValidation?: boolean;
  skipSslVerification?: boolean;
};

const API_PORT = 9021;
const UAA_PORT = 8443;

export function addLogin(program: Command, context: PksContext): void {
  program
    .command('login')
    .description('Log in to the PKS API')
    .requiredOption('-a, --api <host>', 'host name or address of the PKS API')
    .option('-u, --username <name>', 'user name')
    .option('-p, --password <password>', 'password; asked for when left out')
    .option('--client-name <client>', 'log in as a client instead of a user')
    .option('--client-secret <secret>', 'secret of that client')
    .option('--ca-cert <file>', 'PEM file of the authority that signed the certificate of the API')
    .option('-k, --skip-ssl-validation', 'do not check the certificate of the API')
    .addOption(new Option('--skip-ssl-verification', 'old spelling of --skip-ssl-validation').hideHelp())
    .action((options: LoginOptions) => logIn(context, options));

  program
    .command('logout')
    .description('Forget the tokens of the PKS API')
    .action(() => {
      removeCreds(context.environment);
      context.print.line('Logout successful.');
    });
}

async function logIn({ print, environment }: PksContext, options: LoginOptions): Promise<void> {
  const api = hostOf(options.api);
  const trust = {
    caCert: options.caCert ? readCa(options.caCert) : '',
    skipVerification: Boolean(options.skipSslValidation || options.skipSslVerification),
  };
  const address = {
    api,
    apiPort: portOf(environment.PKS_API_PORT, API_PORT),
    uaaPort: portOf(environment.PKS_UAA_PORT, UAA_PORT),
  };
  const tokens = await fetchToken(address, trust, await grantOf(options));
  const name = options.clientName ?? options.username ?? '';
  writeCreds(environment, {
    api,
    ca_cert: trust.caCert,
    username: name,
    skip_ssl_verification: trust.skipVerification,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token,
    api_port: address.apiPort,
    uaa_port: address.uaaPort,
  });
  print.line();
  print.line(`API Endpoint: ${api}`);
  print.line(`User: ${name}`);
  print.line();
  print.line('Login successful.');
}

async function grantOf(options: LoginOptions): Promise<Record<string, string>> {
  if (options.clientName) {
    return {
      grant_type: 'client_credentials',
      client_id: options.clientName,
      client_secret: options.clientSecret ?? '',
    };
  }
  if (!options.username)
    throw new CliError('Give a user with -u and -p, or a client with --client-name and --client-secret.');
  const password = options.password ?? (await askPassword('Password: ', '-p'));
  return { grant_type: 'password', client_id: 'pks_cli', username: options.username, password };
}

/** People paste addresses with scheme, port or slash; the ports of API and UAA are known. */
function hostOf(text: string): string {
  const host = text.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');
  if (!host) throw new CliError(`${text} is no host name or address.`);
  return host;
}

function readCa(file: string): string {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError(`The certificate file ${file} cannot be read.`, { cause });
  }
  if (!pem.includes('BEGIN CERTIFICATE')) throw new CliError(`${file} holds no PEM certificate.`);
  return pem;
}

const portOf = (text: string | undefined, fallback: number): number =>
  text && /^\d{1,5}$/.test(text) ? Number(text) : fallback;
