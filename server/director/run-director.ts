import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { runAlertLoop } from '#server/alerts/alert-loop.ts';
import { createRestApp } from '#server/api/app.ts';
import { readPksApi } from '#server/api/read-pks-api.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import { cpis } from '#server/cpi/cpis.ts';
import { renderSpec } from '#server/deployments/render-spec.ts';
import { runLeftDrills } from '#server/drills/left-drills.ts';
import { type Gateway, startGateway } from '#server/gateway/gateway.ts';
import { LateAgents } from '#server/gateway/late-agents.ts';
import { runHealthLoop } from '#server/health/health-loop.ts';
import { machineStrain } from '#server/health/machine-strain.ts';
import { HeartbeatRecorder } from '#server/health/record-heartbeat.ts';
import { listenForUnlock } from '#server/identity/unlock-socket.ts';
import { recordInfrastructure } from '#server/infrastructure/record-infrastructure.ts';
import { runDeliveryLoop } from '#server/notify/delivery-loop.ts';
import { runTileChannelLoop } from '#server/notify/tile-channel-loop.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import type { Slot } from '#server/platform/lease.ts';
import type { Log } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { runSamplers } from '#server/probes/run-samplers.ts';
import { importBuiltInTiles, stageBuiltInTiles } from '#server/products/import-built-in.ts';
import { requestStemcell } from '#server/stemcells/request-stemcell.ts';
import { launchEngine } from '#server/workflows/engine.ts';
import { watchWorkloads } from '#server/workloads/watch-workloads.ts';
import { DEFAULT_LINE } from '#stemcell/lines.ts';
import { stemcellRevision } from '#stemcell/stemcell-revision.ts';

export type DirectorOptions = { config: Config; pool: Pool; clock: Clock; log: Log; slot: Slot; signal: AbortSignal };

const LOOK_MS = 250;

/**
 * Holds the slot and works until the signal aborts: workflows at once (a stemcell builds without a vault), gateway and loops when the vault
 * is open. Stops in reverse order: loops, gateway, engine; what runs goes on in the next director.
 */
export async function runDirector(options: DirectorOptions): Promise<void> {
  const { config, pool, clock, log, signal } = options;
  const vault = new Vault(config.state, config.unlock);
  const cpi = cpis[config.cpi](config, { clock, log, signal });
  const agents = new LateAgents();
  const engine = await launchEngine({
    pool,
    databaseUrl: config.databaseUrl,
    slot: options.slot.name,
    log,
    dependencies: { pool, vault, cpi, agents, clock, config, signal },
  });
  await importBuiltInTiles(pool, { state: config.state });
  await askForStemcell(options);
  log.info('director is at work');

  const gateway = await serveAgents(options, { vault, cpi, agents });
  await untilAborted(signal);
  await gateway?.stop();
  await engine.stop();
}

/** The stemcell of this release, unless it is there or being built. */
async function askForStemcell({ config, pool, log, signal }: DirectorOptions): Promise<void> {
  const build = { cache: config.cache, signal, progress: () => undefined };
  const revision = config.cpi === 'simulated' ? 'simulated' : await stemcellRevision(DEFAULT_LINE, build);
  const name = `${DEFAULT_LINE.os}/${DEFAULT_LINE.version}`;
  const taskId = await inTransaction(pool, (tx) => requestStemcell(tx, name, revision, SYSTEM_ACTOR));
  if (taskId !== null) log.info({ stemcell: name, taskId }, 'stemcell build asked for');
}

type Parts = { vault: Vault; cpi: Cpi; agents: LateAgents };

/** Waits for first-run set-up (or unlock), then listens for agents and watches VMs. Null when the director stops before. */
async function serveAgents(options: DirectorOptions, parts: Parts): Promise<{ stop(): Promise<void> } | null> {
  const { config, pool, clock, log, signal } = options;
  const { vault, cpi, agents } = parts;
  if (config.unlock === 'prompt') await listenForUnlock({ state: config.state, vault, pool, log, signal });
  if (!(await vaultOpens(vault, clock, log, signal))) return null;
  await stageBuiltInTiles(pool, vault, { subnet: config.installation.subnet });
  const heartbeats = new HeartbeatRecorder({ pool, clock, log });
  const gateway = await startGateway({
    pool,
    vault,
    clock,
    log,
    address: gatewayAddress(config),
    port: config.installation.ports.gateway,
    restPort: config.installation.ports.rest,
    fencing: options.slot.fencing,
    renderSpec: (instance) => inTransaction(pool, (tx) => renderSpec(tx, vault, instance)),
    rest: restApp(options, vault),
    ensureAddress: () => ensureGateways(cpi, signal),
    heartbeats,
  });
  agents.arrive(gateway.agents);
  const stopLoops = new AbortController();
  const loops = [
    heartbeats.run(stopLoops.signal),
    recordInfrastructure({ pool, cpi, clock, log, signal: stopLoops.signal }),
    runHealthLoop({
      pool,
      vault,
      cpi,
      agents,
      heartbeats,
      reachesVms: config.cpi !== 'simulated',
      strain: machineStrain,
      clock,
      log,
      signal: stopLoops.signal,
    }),
    // simulated clusters have no API to watch
    ...(config.cpi === 'simulated' ? [] : [watchWorkloads({ pool, vault, clock, log, signal: stopLoops.signal })]),
    runSamplers({ pool, vault, clock, log, signal: stopLoops.signal }),
    runLeftDrills({ pool, vault, cpi, agents, clock, log, signal: stopLoops.signal }),
    runAlertLoop({ pool, clock, log, signal: stopLoops.signal }),
    runDeliveryLoop({ pool, vault, clock, log, installation: config.installation, signal: stopLoops.signal }),
    runTileChannelLoop({ pool, vault, clock, log, signal: stopLoops.signal }),
  ];
  log.info({ address: gatewayAddress(config), port: config.installation.ports.gateway }, 'gateway serves agents');
  return { stop: () => stopServing(stopLoops, loops, gateway) };
}

async function stopServing(stopLoops: AbortController, loops: Promise<void>[], gateway: Gateway): Promise<void> {
  stopLoops.abort();
  await Promise.all(loops);
  await gateway.close();
}

async function vaultOpens(vault: Vault, clock: Clock, log: Log, signal: AbortSignal): Promise<boolean> {
  let said = false;
  while (!vault.isOpen && !signal.aborted) {
    if (!said) log.info('waiting for first-run set-up, or for the vault to be unlocked');
    said = true;
    // an abort ends the wait; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  return !signal.aborted;
}

function restApp(
  { pool, clock, log }: DirectorOptions,
  vault: Vault,
): (request: Request) => Response | Promise<Response> {
  const app = createRestApp({ pool, vault, clock, log, readPksApi });
  return (request) => app.fetch(request);
}

async function ensureGateways(cpi: Cpi, signal: AbortSignal): Promise<void> {
  for (const cid of await cpi.listNetworks({ signal })) await cpi.ensureGateway(cid, { signal });
}

/** Simulated agents live in this process. */
const gatewayAddress = (config: Config): string =>
  config.cpi === 'simulated' ? '127.0.0.1' : config.installation.subnet.gateway;

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
