import { TesseraError } from '#server/platform/error.ts';
import { applyJobs } from './apply-jobs.ts';
import { awaitAgent } from './await-agent.ts';
import { ensureVm } from './ensure-vm.ts';
import { instanceName, readInstance } from './read-instance.ts';
import type { StepContext } from './step.ts';

/** BOSH tries create_vm up to five times; three lives per step is enough to outlast a killed VM and to stop at a broken one. */
const LIVES = 3;

/**
 * Runs `work`. When it fails because the VM died under it, makes another VM, brings it as far as it was (`agent`: connected, `jobs`:
 * started) and runs `work` again. A failure on a living VM is passed on.
 */
export async function withLiveVm(
  context: StepContext,
  instance: string,
  upTo: 'agent' | 'jobs',
  work: () => Promise<void>,
): Promise<void> {
  for (let life = 1; ; life += 1) {
    try {
      if (life > 1) await revive(context, instance, upTo);
      await work();
      return;
    } catch (error) {
      if (context.signal.aborted || life === LIVES || !(await isDead(context, instance))) throw error;
      await context.log(`VM died (${error instanceof Error ? error.message : String(error)}); making another`, 'warn');
    }
  }
}

/**
 * Throws when the persistent disk of a running VM is gone, and deletes the VM: its programs hold a mount of nothing and would fail for ever.
 * Within withLiveVm another VM follows, with a new disk.
 */
export async function demandDisk({ pool, cpi, signal }: StepContext, instance: string): Promise<void> {
  const row = await readInstance(pool, instance);
  if (row.vmCid === null || row.diskCid === null || (await cpi.hasDisk(row.diskCid, { signal }))) return;
  await cpi.deleteVm(row.vmCid, { signal });
  throw new TesseraError(
    'cpi_failed',
    `Disk ${row.diskCid} of ${instanceName(row)} is gone while its VM ran; the VM was deleted. Retry: another is made with a new disk.`,
  );
}

async function revive(context: StepContext, instance: string, upTo: 'agent' | 'jobs'): Promise<void> {
  await ensureVm(context, instance);
  await awaitAgent(context, instance);
  if (upTo === 'jobs') await applyJobs(context, instance);
}

async function isDead(context: StepContext, instance: string): Promise<boolean> {
  const row = await readInstance(context.pool, instance);
  const power = row.vmCid ? await context.cpi.powerState(row.vmCid, { signal: context.signal }) : 'missing';
  if (power !== 'on') await context.log(`cpi: VM of ${instanceName(row)} is ${power}`, 'warn');
  return power !== 'on';
}
