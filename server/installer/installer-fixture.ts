import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import { instances, ipAddresses } from '#db/schema/deployments.ts';
import { taskSteps } from '#db/schema/tasks.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { createSimulatedCpi } from '#server/cpi/simulated/cpi.ts';
import { World } from '#server/cpi/simulated/world.ts';
import { renderSpec } from '#server/deployments/render-spec.ts';
import { freePorts } from '#server/gateway/free-ports.ts';
import { startGateway } from '#server/gateway/gateway.ts';
import { HeartbeatRecorder } from '#server/health/record-heartbeat.ts';
import { setUp } from '#server/identity/set-up.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { configureForm } from '#server/products/configure-form.ts';
import { generateFormCertificate } from '#server/products/generate-form-certificate.ts';
import { importBuiltInTiles, stageBuiltInTiles } from '#server/products/import-built-in.ts';
import { stageProduct } from '#server/products/stage-product.ts';
import { requestStemcell } from '#server/stemcells/request-stemcell.ts';
import { finishTask } from '#server/workflows/note-task.ts';
import { planTask, type WorkflowDependencies } from '#server/workflows/plan-task.ts';
import { DEFAULT_LINE } from '#stemcell/lines.ts';
import { type PlanResult, runPlan } from './run-plan.ts';
import { isCancelRequested, runStep } from './run-step.ts';

/**
 * For tests: plans run step by step on simulated infrastructure with a real gateway and real rows, but without the workflow engine, so that a
 * test decides what happens at each step.
 */
export const ADMIN: Actor = { name: 'admin', userId: null, groups: ['opsman.admin', 'pks.clusters.admin'] };
const SERVICE = 'pivotal-container-service';

/** What a test does around a step; `run` is the step itself. */
export type AroundStep = (seq: number, run: () => Promise<void>) => Promise<void>;

export type Fixture = Awaited<ReturnType<typeof openInstaller>>;

/** `bootMs`: how long a new VM may be silent, when a test cannot wait as long as the infrastructure says. */
export async function openInstaller(pool: Pool, options: { bootMs?: number } = {}) {
  const [gatewayPort = 0, restPort = 0] = await freePorts(2);
  const ports = { gateway: gatewayPort, rest: restPort };
  const state = mkdtempSync(join(tmpdir(), 'installer-'));
  const stop = new AbortController();
  const log = createLog('test', 'silent');
  const clock = systemClock;
  const config: Config = {
    state,
    cache: state,
    databaseUrl: '',
    cpi: 'simulated',
    containerSocket: '',
    logLevel: 'silent',
    unlock: 'file',
    kubernetesMirror: '',
    debianMirror: '',
    mavenMirror: '',
    installation: {
      id: 'abc123',
      subnet: { cidr: '10.99.0.0/24', gateway: '10.99.0.1' },
      ports: { console: 1, postgres: 2, ...ports },
    },
  };
  const vault = new Vault(state, 'file');
  const cpi = { ...createSimulatedCpi(World.open({ state }, { clock, log, signal: stop.signal })), ...options };
  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(pool, work);
  await inTx((tx) => setUp(tx, vault, { userName: 'admin', password: 'a-password-1', passphrase: 'a-passphrase-1' }));
  await importBuiltInTiles(pool, { state });
  await stageBuiltInTiles(pool, vault, { subnet: config.installation.subnet });
  const heartbeats = new HeartbeatRecorder({ pool, clock, log });
  const gateway = await startGateway({
    pool,
    vault,
    clock,
    log,
    address: '127.0.0.1',
    port: ports.gateway,
    restPort: ports.rest,
    fencing: 1,
    renderSpec: (instance) => inTx((tx) => renderSpec(tx, vault, instance)),
    rest: () => new Response('no', { status: 404 }),
    ensureAddress: async () => undefined,
    heartbeats,
  });
  const dependencies: WorkflowDependencies = {
    pool,
    vault,
    cpi,
    agents: gateway.agents,
    clock,
    config,
    signal: stop.signal,
  };

  const runTask = async (taskId: number, around: AroundStep = (_seq, run) => run()): Promise<PlanResult> => {
    const outline = await planTask(dependencies, taskId);
    const result = await runPlan(outline, {
      runStep: (seq) => around(seq, () => runStep(dependencies, taskId, seq)),
      beginStage: async () => undefined,
      endStage: async () => undefined,
      isCancelled: () => isCancelRequested(pool, taskId),
    });
    await finishTask(dependencies, taskId, result.outcome, result.errors.map(String));
    return result;
  };

  return {
    inTx,
    /** What the director would work with. */
    parts: { ...dependencies, heartbeats, log },
    /** Plans a task and runs its plan; `around` decides about each step. */
    runTask,
    /** Records the (simulated) stemcell of this release. */
    buildStemcell: async (): Promise<PlanResult> => {
      const name = `${DEFAULT_LINE.os}/${DEFAULT_LINE.version}`;
      const taskId = await inTx((tx) => requestStemcell(tx, name, 'simulated', ADMIN));
      if (taskId === null) throw new Error('the stemcell is there already');
      return runTask(taskId);
    },
    /** Stages the Container Service with host name and certificate. */
    configureService: async (): Promise<void> => {
      const { guid } = await inTx((tx) => stageProduct(tx, vault, { slug: SERVICE, productVersion: '1.0.0' }, ADMIN));
      const values = { '.properties.pks_api_hostname': 'api.pks.test' };
      await inTx((tx) => configureForm(tx, vault, { guid, form: 'pks_api', values }, ADMIN));
      const certificate = { guid, form: 'pks_api', reference: `.${SERVICE}.pks_tls`, domains: ['*.pks.test'] };
      await inTx((tx) => generateFormCertificate(tx, vault, certificate, ADMIN));
    },
    /** Numbers of the steps a task's plan has. */
    stepsOf: async (taskId: number): Promise<number[]> => {
      await planTask(dependencies, taskId);
      const rows = await inTx((tx) =>
        tx.db.select({ seq: taskSteps.seq }).from(taskSteps).where(eq(taskSteps.taskId, taskId)).limit(500),
      );
      return rows.map((row) => row.seq);
    },
    /** Makes a step that is done run once more. */
    forget: (taskId: number, seq: number) =>
      inTx((tx) =>
        tx.client.query(`update task_steps set state = 'waiting' where task_id = $1 and seq = $2`, [taskId, seq]),
      ),
    /** What there is on the infrastructure and in the books. */
    inventory: async () => {
      const signal = stop.signal;
      const [vms, disks] = [await cpi.listVms({ signal }), await cpi.listDisks({ signal })];
      return inTx(async (tx) => ({
        vms: vms.map((vm) => String(vm.metadata.name)).sort(),
        disks: disks.length,
        instances: (await tx.db.select({ id: instances.id }).from(instances).limit(500)).length,
        addresses: (await tx.db.select({ owner: ipAddresses.owner }).from(ipAddresses).limit(500)).length,
        deploymentSecrets: (await tx.client.query(`select 1 from secrets where name like '/tessera/service-instance%'`))
          .rowCount,
      }));
    },
    close: async (): Promise<void> => {
      stop.abort();
      await gateway.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
