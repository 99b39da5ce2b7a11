import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import type { PowerState } from '#server/cpi/cpi.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { askAgent } from './ask-agent.ts';
import type { StepContext } from './step.ts';

const database = useTestDatabase();
const away = () => new TesseraError('agent_timeout', 'The agent is not connected and did not come in 5 s.');

/** An agent that is away for the first `awayFor` calls, on a VM with this power. */
async function surroundings(awayFor: number, power: PowerState) {
  const instance = newUuid();
  await database.pool.query(`insert into deployments (name, manifest) values ($1, '{}')`, [instance]);
  await database.pool.query(
    `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid)
     values ($1::uuid, $1::text, 'worker', 0, 'az1', 'default', '10.0.0.2', 'small', 'trixie/1.36.3', 'vm')`,
    [instance],
  );
  const said: string[] = [];
  let calls = 0;
  const parts = {
    pool: database.pool,
    clock: systemClock,
    signal: new AbortController().signal,
    log: async (line: string) => void said.push(line),
    cpi: { powerState: async () => power },
    agents: {
      waitForAgent: async () => undefined,
      call: async () => {
        calls += 1;
        if (calls <= awayFor) throw away();
        return 'an answer';
      },
    },
  };
  // only what a call to an agent needs of the context is there
  const context = parts as unknown as StepContext;
  return { said, calls: () => calls, ask: () => askAgent(context, instance, { method: 'get-state' }, 10_000) };
}

test('an agent that is away while its VM is on is asked again, and that is said once', async () => {
  const { ask, said, calls } = await surroundings(3, 'on');
  expect(await ask()).toBe('an answer');
  expect(calls()).toBe(4);
  expect(said).toEqual(['agent: away while its VM is on; waiting for it']);
});

test.each(['off', 'missing'] as const)('an agent whose VM is %s is not waited for', async (power) => {
  const { ask, calls } = await surroundings(3, power);
  await expect(ask()).rejects.toMatchObject({ code: 'agent_timeout' });
  expect(calls()).toBe(1);
});
