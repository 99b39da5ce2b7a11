import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { InstanceView, TaskRow } from '../cli/console-views.ts';
import { type Benchmark, Figures, type Outcome, type Surroundings } from './figure.ts';
import {
  applyChanges,
  containerService,
  endOfTask,
  findProduct,
  type Installation,
  secondsFrom,
  withInstallation,
} from './installation.ts';
import { poll, secondsSince } from './poll.ts';
import { lookAround } from './surroundings.ts';
import { listVms } from './vms.ts';

const everyMs = 100;
const deadlineMs = 120_000;
const restMs = 5_000;
const apiPort = 9021;
const Instance = InstanceView.extend({ vmCid: z.string().nullable() });

/** Power failure of the API VM, until a new VM serves at the same address. */
export const repair: Benchmark = {
  summary: 'API VM killed until the agent of its new VM is connected and its processes run',
  run: ({ runs = 5, calmWithinMs, say }) =>
    withInstallation(async (installation): Promise<Outcome> => {
      await applyChanges(installation);
      const figures = new Figures();
      const surroundings: Surroundings[] = [];
      for (let run = 1; run <= runs; run += 1) {
        await sleep(restMs);
        surroundings.push(await lookAround(calmWithinMs));
        say(`run ${run}: ${(await measureRepair(installation, figures)).toFixed(2)} s`);
      }
      return { figures: figures.list(), runs: surroundings, notes: [] };
    }),
};

async function measureRepair(installation: Installation, figures: Figures): Promise<number> {
  const { client } = installation;
  const before = await readApiInstance(installation);
  const vm = (await listVms(installation)).find(({ instance }) => instance.startsWith(`${containerService}/`));
  if (!vm) throw new Error('There is no API VM.');
  const known = new Set((await listRepairs(installation)).map(({ id }) => id));
  const begunAt = performance.now();
  const killedAt = Date.now();
  await vm.container.kill({ signal: 'SIGKILL' });
  const task = await poll(async () => (await listRepairs(installation)).find(({ id }) => !known.has(id)), {
    what: 'the repair to begin',
    everyMs,
    deadlineMs,
  });
  figures.add('noticed: a repair is asked for', 's', (Date.parse(task.createdAt) - killedAt) / 1000);
  const answering = poll(() => answers(before.address), { what: 'the API to answer', everyMs, deadlineMs });
  const answered = answering.then(() => secondsSince(begunAt));
  await poll(
    async () => {
      const now = await readApiInstance(installation);
      return now.vmCid !== before.vmCid && now.jobState === 'running';
    },
    { what: 'the new VM to run', everyMs, deadlineMs },
  );
  const seconds = secondsSince(begunAt);
  figures.add('API answers at its address', 's', await answered);
  figures.add('agent of the new VM connected, processes running', 's', seconds);
  figures.add('repair task succeeded', 's', secondsFrom(killedAt, await endOfTask(client, task.id)));
  return seconds;
}

function listRepairs({ client }: Installation): Promise<z.infer<typeof TaskRow>[]> {
  return client.query('tasks.list', z.array(TaskRow), { kinds: ['repair-instance'] });
}

/** A product's deployment has the name of its guid. */
async function readApiInstance({ client }: Installation): Promise<z.infer<typeof Instance>> {
  const { guid } = await findProduct(client, containerService);
  const [found] = await client.query('instances.list', z.array(Instance), { deployment: guid });
  if (!found) throw new Error('There is no instance of the API VM.');
  return found;
}

/** Any answer will do: without a token it is a refusal. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port: apiPort, path: '/v1/clusters', rejectUnauthorized: false, timeout: 500 };
    const asked = request(options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve((answer.statusCode ?? 500) < 500));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer')));
    asked.once('error', reject);
    asked.end();
  });
}
