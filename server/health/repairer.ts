import type { Pool } from 'pg';
import { z } from 'zod';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { MeltdownSettings } from '#model/health.ts';
import { Manifest } from '#model/manifest.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { type AzNow, type Candidate, chooseRepairs } from './choose-repairs.ts';
import { recordRepairAsked } from './record-vm-health.ts';
import { requestRepair } from './request-repair.ts';
import type { VmCase } from './vm-case.ts';

/** A task that had the VM in hand may have ended meanwhile. */
const ASK_EVERY_MS = 1000;
/** Between a failed repair and the next try: time for what spoiled it to pass. */
const AFTER_FAILURE = '10 seconds';

const Running = z.object({ id: z.string(), az: z.string(), deployment: z.string(), group: z.string() });

export type RepairerOptions = { pool: Pool; clock: Clock; log: Log };

/** Asks for the repair of what is dead: in order, with measure, not into an AZ without power. */
export class Repairer {
  readonly #options: RepairerOptions;

  constructor(options: RepairerOptions) {
    this.#options = options;
  }

  /** `dead`: cases whose repair is allowed. Answers how many were asked for. Throws when the database is away. */
  async ask(
    dead: readonly VmCase[],
    state: { azs: ReadonlyMap<string, AzNow>; isMeltdown: boolean; settings: MeltdownSettings },
  ): Promise<number> {
    const { pool, clock, log } = this.#options;
    const now = clock.monotonic();
    const due = dead.filter(({ askedAt }) => now - askedAt >= ASK_EVERY_MS);
    if (due.length === 0) return 0;
    const byId = new Map(due.map((vmCase) => [vmCase.instance.id, vmCase]));
    const { running, candidates } = await inTransaction(pool, async (tx) => ({
      running: await readRunning(tx),
      candidates: await readCandidates(tx, due, now),
    }));
    const { isMeltdown, settings, azs } = state;
    const most = isMeltdown ? settings.repairsInMeltdown : settings.repairsAtOnce;
    let asked = 0;
    for (const { id, toAz } of chooseRepairs({ candidates, running, azs, most })) {
      const vmCase = byId.get(id);
      if (!vmCase) continue;
      vmCase.askedAt = now;
      const taskId = await inTransaction(pool, async (tx) => {
        const task = await requestRepair(tx, id, vmCase.reason, { toAz, vmCid: vmCase.judgedCid });
        if (task !== null) await recordRepairAsked(tx, vmCase.instance, task, clock.now());
        return task;
      });
      if (taskId === null) continue;
      asked += 1;
      log.warn({ instance: id, name: vmCase.instance.name, reason: vmCase.reason, toAz, taskId }, 'repair asked for');
    }
    return asked;
  }
}

async function readRunning(tx: Tx): Promise<z.infer<typeof Running>[]> {
  const { rows } = await tx.client.query(
    `select i.id, i.az, i.deployment, i.group_name as group from tasks t join instances i on i.id::text = t.subject
      where t.kind = 'repair-instance' and t.state in ('queued', 'running', 'cancelling') limit 1000`,
  );
  return rows.map((row) => Running.parse(row));
}

async function readCandidates(tx: Tx, due: readonly VmCase[], now: number): Promise<Candidate[]> {
  const ids = due.map(({ instance }) => instance.id);
  const { rows: resting } = await tx.client.query<{ subject: string }>(
    `select distinct subject from tasks where kind = 'repair-instance' and subject = any($1::text[])
        and (state in ('queued', 'running', 'cancelling') or state = 'failed' and finished_at > now() - $2::interval)`,
    [ids, AFTER_FAILURE],
  );
  const waits = new Set(resting.map(({ subject }) => subject));
  const ready = due.filter(({ instance }) => !waits.has(instance.id));
  const manifests = await readManifests(tx, [...new Set(ready.map(({ instance }) => instance.deployment))]);
  return ready.map(({ instance, beganAt }) => {
    const group = manifests.get(instance.deployment)?.instance_groups.find(({ name }) => name === instance.group);
    return {
      id: instance.id,
      deployment: instance.deployment,
      group: instance.group,
      az: instance.az,
      hasDisk: instance.hasDisk,
      otherAzs: instance.hasDisk ? [] : (group?.azs ?? []).filter((az) => az !== instance.az),
      deadMs: now - beganAt,
    };
  });
}

async function readManifests(tx: Tx, names: readonly string[]): Promise<Map<string, Manifest>> {
  const { rows } = await tx.client.query<{ name: string; manifest: unknown }>(
    `select name, manifest from deployments where name = any($1::text[])`,
    [names],
  );
  return new Map(
    rows.flatMap(({ name, manifest }) => {
      const parsed = Manifest.safeParse(manifest);
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}
