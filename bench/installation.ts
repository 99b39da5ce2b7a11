import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConsoleClient } from '../cli/console-client.ts';
import { ProductView, TaskRow, TaskView } from '../cli/console-views.ts';
import { Kubernetes } from '../e2e/real/kubernetes.ts';
import { type Stack, type StackOptions, startStack } from '../e2e/stack.ts';
import { poll } from './poll.ts';

/** An installation of a benchmark's own, set up and logged in; nothing is applied yet. */
export interface Installation {
  stack: Stack;
  client: ConsoleClient;
  /** Label value of everything it makes on the container engine. */
  id: string;
  administrator: { userName: string; password: string };
}

export const director = 'p-bosh';
export const containerService = 'pivotal-container-service';

const pollMs = 500;
const stemcellDeadlineMs = 45 * 60_000;
const importDeadlineMs = 2 * 60_000;
const taskDeadlineMs = 15 * 60_000;
const ended = ['succeeded', 'failed', 'cancelled'];
const InstallationFile = z.looseObject({ id: z.string() });
const Form = z.looseObject({ version: z.number() });

/**
 * Starts a stack on real containers, does the first-run set-up, waits for the products that come with Tessera and for the stemcell, and
 * fills in what cannot be guessed. The caller destroys the stack.
 */
export async function openInstallation(options: Partial<StackOptions> = {}): Promise<Installation> {
  const stack = await startStack({ cpi: 'container', ...options });
  try {
    const { id } = InstallationFile.parse(
      JSON.parse(readFileSync(path.join(stack.state, 'installation.json'), 'utf8')),
    );
    const client = new ConsoleClient(stack.url);
    const administrator = { userName: 'bench', password: 'bench-password' };
    await client.mutate('session.setUp', z.unknown(), { ...administrator, passphrase: 'bench-passphrase' });
    await client.signIn(administrator.userName, administrator.password);
    const installation = { stack, client, id, administrator };
    await waitForStemcell(installation);
    await nameTheApi(installation);
    return installation;
  } catch (error) {
    await stack.destroy();
    throw error;
  }
}

/** Opens an installation for the time of `use` and removes every trace of it afterwards. */
export async function withInstallation<T>(use: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await openInstallation();
  try {
    return await use(installation);
  } finally {
    await installation.stack.destroy();
  }
}

/** Applies all pending changes, or those of the named products; answers the seconds from the request to the task's success. */
export async function applyChanges({ client }: Installation, slugs?: string[]): Promise<number> {
  const products = await client.query('products.list', z.array(ProductView));
  const guids = slugs ? products.filter(({ slug }) => slugs.includes(slug)).map(({ guid }) => guid) : 'all';
  const sentAt = Date.now();
  const { taskId } = await client.mutate('installations.request', z.looseObject({ taskId: z.number() }), {
    guids,
    errands: {},
  });
  return secondsFrom(sentAt, await endOfTask(client, taskId));
}

/**
 * Waits until a task has succeeded; throws its own sentence when it did not. Asks seldom, so that asking is no part of what is measured:
 * the exact time of the end stands in the task.
 */
export async function endOfTask(client: ConsoleClient, id: number): Promise<TaskView> {
  const task = await poll(
    async () => {
      const read = await client.query('tasks.read', TaskView, { id });
      return ended.includes(read.state) && read;
    },
    { what: `the end of task ${id}`, everyMs: pollMs, deadlineMs: taskDeadlineMs },
  );
  if (task.state !== 'succeeded') throw new Error(`${task.description} ${task.state}: ${task.error}`);
  return task;
}

/** Seconds from a moment of this process (ms since 1970) to the end of a task; both are told by the clock of one machine. */
export function secondsFrom(sentAt: number, { finishedAt }: TaskView): number {
  if (finishedAt === null) throw new Error('The task has not ended.');
  return (Date.parse(finishedAt) - sentAt) / 1000;
}

/** Saves one form of a staged product; fields not named keep their values. */
export async function configure(
  { client }: Installation,
  slug: string,
  form: string,
  values: Record<string, unknown>,
): Promise<void> {
  const { guid } = await findProduct(client, slug);
  const { version } = await client.query('products.form', Form, { guid, form });
  await client.mutate('products.configure', z.unknown(), { guid, form, version, values });
}

/** The administrator's kubeconfig as the console hands it out; throws while the cluster has no address yet. */
export async function openKubernetes(client: ConsoleClient, cluster: string): Promise<Kubernetes> {
  return new Kubernetes(await client.download(`/api/clusters/${encodeURIComponent(cluster)}/kubeconfig`));
}

export async function findProduct(client: ConsoleClient, slug: string): Promise<ProductView> {
  const found = (await client.query('products.list', z.array(ProductView))).find((one) => one.slug === slug);
  if (!found) throw new Error(`${slug} is not on the dashboard.`);
  return found;
}

/** The first installation after a change of the agent builds a stemcell; that is no part of any figure. */
async function waitForStemcell({ client }: Installation): Promise<void> {
  await poll(() => findProduct(client, containerService), {
    what: 'the import of the products that come with Tessera',
    everyMs: 200,
    deadlineMs: importDeadlineMs,
  });
  await poll(
    async () => {
      const builds = await client.query('tasks.list', z.array(TaskRow), { kinds: ['build-stemcell'] });
      return builds.length > 0 && builds.every(({ state }) => ended.includes(state));
    },
    { what: 'the stemcell', everyMs: 500, deadlineMs: stemcellDeadlineMs },
  );
}

/** Host name and certificate of the API: the only values of both tiles that nobody can guess. */
async function nameTheApi(installation: Installation): Promise<void> {
  const { client } = installation;
  const { guid } = await findProduct(client, containerService);
  await client.mutate('products.generateCertificate', z.unknown(), {
    guid,
    form: 'pks_api',
    reference: '.pivotal-container-service.pks_tls',
    domains: ['*.pks.bench.local'],
  });
  await configure(installation, containerService, 'pks_api', {
    '.properties.pks_api_hostname': 'api.pks.bench.local',
  });
}
