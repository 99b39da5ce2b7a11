import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import type { TesseraContext } from './commands/tessera-command.ts';
import { ConsoleClient } from './console-client.ts';
import { findConsole, writeSession } from './console-session.ts';
import { ClusterView, PendingChange, ProductView } from './console-views.ts';
import { type Demo, type DemoCluster, type DemoProduct, readDemo } from './demo-file.ts';
import { followTask } from './follow-task.ts';

/**
 * The main job unattended, each part only if it is not done yet, so that a second run ends the same way: first-run set-up, products staged
 * and configured, changes applied, a cluster, its kubeconfig. Prints `console: URL` and `kubeconfig: PATH` as lines of their own.
 */
const Administrator = z.object({ user_name: z.string(), password: z.string(), passphrase: z.string() });
const Available = z.looseObject({ slug: z.string(), version: z.string(), staged: z.boolean() });
const Form = z.looseObject({ version: z.number(), secrets: z.record(z.string(), z.unknown()) });
const Installation = z.looseObject({ installationId: z.number(), taskId: z.number() });

const DEFAULT_STATE = '/var/lib/tessera';
const POLL_MS = 500;
/** The director imports the products that come with Tessera, and puts them on the dashboard with this installation's network. */
const GRACE_POLLS = 60;
const IMPORT_POLLS = 240;

export async function runDemo(context: TesseraContext, file?: string): Promise<void> {
  const { print } = context;
  const demo = readDemo(file);
  const client = new ConsoleClient(findConsole(context.environment));
  const folder = context.environment.TESSERA_STATE || DEFAULT_STATE;

  const administrator = await ensureAdministrator(context, client, demo, join(folder, 'demo-administrator.yml'));
  const session = await client.signIn(administrator.user_name, administrator.password);
  writeSession(context.environment, { url: client.url, ...session });

  for (const product of demo.products) await configureProduct(context, client, product);
  await applyChanges(context, client);
  if (demo.cluster) await ensureCluster(context, client, demo.cluster);

  print.line(`administrator: ${administrator.user_name}`);
  print.line(`password: ${administrator.password}`);
  print.line(`console: ${client.url}`);
  if (demo.cluster) {
    const path = join(folder, `${demo.cluster.name}.kubeconfig`);
    writeFileSync(path, await client.download(`/api/clusters/${encodeURIComponent(demo.cluster.name)}/kubeconfig`), {
      mode: 0o600,
    });
    print.line(`kubeconfig: ${path}`);
  }
}

async function ensureAdministrator(
  context: TesseraContext,
  client: ConsoleClient,
  demo: Demo,
  file: string,
): Promise<z.infer<typeof Administrator>> {
  if (await client.query('session.isSetUp', z.boolean())) return savedAdministrator(demo, file);
  const administrator = {
    user_name: demo.administrator.user_name,
    password: demo.administrator.password ?? randomBytes(12).toString('base64url'),
    passphrase: demo.administrator.passphrase ?? randomBytes(18).toString('base64url'),
  };
  // kept first: a passphrase that nobody knows would lock the installation for good
  writeFileSync(file, stringify(administrator), { mode: 0o600 });
  context.print.line(`demo: setting up, administrator ${administrator.user_name} (kept in ${file})`);
  await client.mutate('session.setUp', z.unknown(), {
    userName: administrator.user_name,
    ...(demo.administrator.email ? { email: demo.administrator.email } : {}),
    password: administrator.password,
    passphrase: administrator.passphrase,
  });
  return administrator;
}

function savedAdministrator(demo: Demo, file: string): z.infer<typeof Administrator> {
  const { user_name, password, passphrase = '' } = demo.administrator;
  if (password) return { user_name, password, passphrase };
  try {
    return Administrator.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CliError(
      `This installation was set up by hand, and ${file} does not say with which password. Put user_name and password of an administrator into a demo file of your own.`,
      { cause },
    );
  }
}

async function configureProduct(context: TesseraContext, client: ConsoleClient, product: DemoProduct): Promise<void> {
  const guid = await ensureStaged(context, client, product.product);
  for (const [form, values] of Object.entries(product.forms)) {
    const { version } = await client.query('products.form', Form, { guid, form });
    await client.mutate('products.configure', z.unknown(), { guid, form, version, values });
  }
  for (const { form, property, domains } of product.certificates) {
    const { secrets } = await client.query('products.form', Form, { guid, form });
    if (Object.keys(secrets).some((path) => path.startsWith(`${property}.`))) continue;
    context.print.line(`demo: generating a certificate for ${domains.join(', ')}`);
    await client.mutate('products.generateCertificate', z.unknown(), { guid, form, reference: property, domains });
  }
}

async function ensureStaged(context: TesseraContext, client: ConsoleClient, slug: string): Promise<string> {
  for (let polls = 0; polls < IMPORT_POLLS; polls++) {
    const staged = await findStaged(client, slug);
    if (staged) return staged.guid;
    const available = (await client.query('products.available', z.array(Available))).find((one) => one.slug === slug);
    if (available && polls > GRACE_POLLS) {
      context.print.line(`demo: adding ${slug} ${available.version}`);
      await client.mutate('products.stage', z.unknown(), { slug, productVersion: available.version });
      continue;
    }
    await context.sleep(POLL_MS);
  }
  throw new CliError(`Product ${slug} is not imported. Import its product file, then run the demo again.`);
}

async function findStaged(client: ConsoleClient, slug: string): Promise<ProductView | undefined> {
  return (await client.query('products.list', z.array(ProductView))).find((one) => one.slug === slug);
}

async function applyChanges(context: TesseraContext, client: ConsoleClient): Promise<void> {
  const pending = await client.query('installations.pending', z.array(PendingChange));
  if (pending.length === 0) return;
  for (const change of pending) context.print.line(`demo: to ${change.action}: ${change.label} ${change.toVersion}`);
  const { installationId, taskId } = await client.mutate('installations.request', Installation, {
    guids: 'all',
    errands: {},
  });
  context.print.line(`demo: applying changes, ${client.url}/installations/${installationId}`);
  await followTask(client, taskId, { ...context, withLog: false });
}

async function ensureCluster(context: TesseraContext, client: ConsoleClient, wanted: DemoCluster): Promise<void> {
  const clusters = await client.query('clusters.list', z.array(ClusterView));
  const existing = clusters.find((one) => one.name === wanted.name);
  const cluster =
    existing ??
    (await client.mutate('clusters.create', ClusterView, {
      name: wanted.name,
      planName: wanted.plan,
      externalHostname: wanted.external_hostname,
      ...(wanted.workers ? { workerInstances: wanted.workers } : {}),
    }));
  if (cluster.lastActionState === 'succeeded') return;
  context.print.line(
    `demo: creating cluster ${cluster.name}, ${client.url}/clusters/${encodeURIComponent(cluster.name)}`,
  );
  if (cluster.taskId !== null) await followTask(client, cluster.taskId, { ...context, withLog: false });
}
