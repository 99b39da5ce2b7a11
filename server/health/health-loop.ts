import { inTransaction } from '#db/transaction.ts';
import { Guardian, type GuardianOptions } from './guardian.ts';
import { keepHistory } from './keep-history.ts';
import { readFleet } from './read-fleet.ts';

/** Silence is looked for this often, in memory. */
const TICK_MS = 200;
const BEFORE_FOLLOWING_AGAIN_MS = 1000;

/**
 * Watches processes, VMs and AZs and has what fails repaired, until the signal aborts. Detecting and deciding happen in memory; each tick then
 * brings the books up to date. A tick that fails is logged, and the next one goes on with what was decided.
 */
export async function runHealthLoop(options: GuardianOptions): Promise<void> {
  const { clock, log, signal, heartbeats } = options;
  await startStoppedVms(options).catch((error: unknown) => log.error({ err: error }, 'cannot start stopped VMs'));
  if (signal.aborted) return;
  const guardian = new Guardian(options);
  const unlisten = heartbeats.listen(guardian);
  const others = [followCpi(options, guardian), keepHistory(options)];
  while (!signal.aborted) {
    guardian.tick();
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
  }
  unlisten();
  await Promise.all([...others, guardian.settled()]);
}

/** The infrastructure tells of a stopped VM sooner than missing pings do. */
async function followCpi({ cpi, signal, log, clock }: GuardianOptions, guardian: Guardian): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const news of cpi.watchVms({ signal })) guardian.onVmNews(news);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'events of the infrastructure ended; following again');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(BEFORE_FOLLOWING_AGAIN_MS, signal).catch(() => undefined);
  }
}

/** After a reboot of the host every VM is off with its disks in place: start them rather than make new ones. */
async function startStoppedVms({ pool, cpi, log, signal }: GuardianOptions): Promise<void> {
  const fleet = await inTransaction(pool, readFleet);
  const cids = fleet.flatMap(({ vmCid }) => (vmCid === null ? [] : [vmCid]));
  const states = await Promise.all(cids.map((cid) => cpi.powerState(cid, { signal })));
  if (cids.length === 0 || states.some((power) => power !== 'off')) return;
  log.info({ count: cids.length }, 'all VMs are off: starting them with their disks');
  for (const cid of cids) await cpi.rebootVm(cid, { signal });
}
