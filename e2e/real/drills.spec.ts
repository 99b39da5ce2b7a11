import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import type { Kubectl } from './command-line.ts';
import { type Cluster, Fleet } from './fleet.ts';
import { findProcess, runInVm } from './vm-processes.ts';

const cluster = 'drilled';
const createMs = 180_000;
const healMs = 120_000;
/** Stop is felt within this; the rest is the way there and back. */
const stopMs = 2_000 + 1_500;
/** What a loaded machine may take: these tests prove what is done; how fast it is, `bench/recovery` measures. */
const generous = [
  ['detectMs', 40_000],
  ['podsBackMs', 80_000],
  ['capacityBackMs', 100_000],
  ['apiReadOutageMs', 60_000],
  ['apiWriteOutageMs', 60_000],
  ['serviceOutageMs', 60_000],
] as const;

const Drill = z.object({
  id: z.number(),
  state: z.string(),
  verdict: z.string().nullable(),
  summary: z.string(),
  undone: z.boolean(),
  injectedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  victim: z.looseObject({ type: z.string(), name: z.string().optional() }),
  times: z.record(z.string(), z.number().nullable()),
  figures: z.array(z.object({ probe: z.string(), total: z.number(), failed: z.number(), missing: z.number() })),
});
type Drill = z.infer<typeof Drill>;
const Report = z.object({
  drill: Drill,
  headline: z.string(),
  results: z.array(z.object({ objective: z.string(), measured: z.number().nullable(), met: z.boolean() })),
  strips: z.array(z.object({ samples: z.array(z.unknown()) })),
  marks: z.array(z.object({ lane: z.string(), phase: z.string() })),
  pods: z.array(z.object({ name: z.string(), from: z.string(), to: z.string().nullable() })),
  writes: z.object({ acknowledged: z.number(), lost: z.number() }),
  digest: z.string(),
});
type Report = z.infer<typeof Report>;

test.describe('drills on a cluster of one master and two workers', () => {
  test.describe.configure({ mode: 'default', timeout: 5 * 60_000 });
  let fleet: Fleet;
  let made: Cluster;
  let kubectl: Kubectl;

  test.beforeAll(async () => {
    test.setTimeout(10 * 60_000);
    fleet = await Fleet.start();
    made = await fleet.requestCluster(cluster, { workers: 2 });
    await fleet.expectCluster(cluster, 'succeeded', createMs);
    kubectl = await fleet.kubectl(cluster);
    await deployPair(kubectl);
  });
  test.afterAll(() => fleet?.destroy());
  test.beforeEach(() => expectFit());

  test('a killed kubelet runs again, nobody felt it, no write was lost: PASS', async () => {
    const report = await run('kill-process', '--victim', 'worker/0:kubelet');
    expect(report.drill).toMatchObject({ state: 'ended', verdict: 'PASS', undone: true });
    expect(report.writes.acknowledged).toBeGreaterThan(20);
    expect(report.writes.lost).toBe(0);
    expect(report.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(phasesOf(report)).toEqual(expect.arrayContaining(['injected', 'detected', 'recovered']));
    await expectClean(report.drill);
  });

  test('a deleted pod comes back: PASS, and the report says where', async () => {
    const report = await run('delete-pod');
    expect(report.drill.verdict).toBe('PASS');
    expect(report.pods).toHaveLength(1);
    expect(report.pods[0]?.to).toMatch(/^worker-\d$/);
  });

  test('the VM with the pod is switched off: pods run again, the VM is replaced: PASS', async () => {
    const before = await fleet.vmsOf(made);
    const report = await run('vm-off-with-pod');
    expect(report.drill).toMatchObject({ verdict: 'PASS', undone: true });
    expect(report.pods.length).toBeGreaterThan(0);
    const after = await fleet.vmsOf(made);
    expect(after).toHaveLength(before.length);
    expect(after.every((vm) => vm.isRunning)).toBe(true);
    expect(after.map((vm) => vm.name)).not.toEqual(before.map((vm) => vm.name));
  });

  test('a VM cut from the director is not made twice, and is well again after the undo: PASS', async () => {
    const before = (await fleet.vmsOf(made)).map((vm) => vm.name).toSorted();
    const report = await run('network-cut', '--victim', 'worker/0');
    expect(report.drill).toMatchObject({ verdict: 'PASS', undone: true });
    expect((await fleet.vmsOf(made)).map((vm) => vm.name).toSorted()).toEqual(before);
  });

  test('stopped in the middle, the fault is undone within two seconds', async () => {
    const id = await start('hang-process', '--victim', 'worker/1:kube-proxy');
    await expect.poll(async () => (await read(id)).injectedAt, { timeout: 60_000, intervals: [100] }).not.toBeNull();
    await sleep(300);
    expect(await stateOf('worker/1', 'kube-proxy')).toBe('T');
    const pressed = Date.now();
    await fleet.shell.tessera('drill', 'stop', String(id));
    await expect.poll(() => stateOf('worker/1', 'kube-proxy'), { timeout: 20_000, intervals: [50] }).not.toBe('T');
    expect(Date.now() - pressed).toBeLessThan(stopMs);
    await expectEnded(id, 'STOPPED');
  });

  test('halting the only master is refused with the reason', async () => {
    const { code, stderr } = await fleet.shell.attempt('tessera', ['drill', 'run', 'halt-master', '-c', cluster]);
    expect(code).toBe(1);
    expect(stderr).toContain('no quorum');
    expect((await fleet.vmsOf(made)).every((vm) => vm.isRunning)).toBe(true);
  });

  test('with director and console dead, the victim undoes by itself, and the next director ends the drill', async () => {
    const id = await start('network-cut', '--victim', 'worker/1');
    await expect.poll(async () => (await read(id)).injectedAt, { timeout: 60_000, intervals: [100] }).not.toBeNull();
    await fleet.stack.stop();
    // the VMs run on: the undo is armed on the victim, 15 s from the injection
    await expect.poll(() => isCut('worker/1'), { timeout: 40_000, intervals: [500] }).toBe(false);
    await fleet.stack.start();
    await expect.poll(async () => (await read(id)).state, { timeout: healMs, intervals: [1000] }).toBe('ended');
    const drill = await read(id);
    expect(drill.undone).toBe(true);
    expect(drill.figures.some((figure) => figure.missing > 0)).toBe(true);
  });

  /** Starts a drill and waits for its report. */
  async function run(kind: string, ...args: string[]): Promise<Report> {
    // a limit for what the kind does not promise would be judged too, and missed
    const judged = await judgedOf(kind);
    const limits = generous.flatMap(([name, ms]) => (judged.includes(name) ? ['--limit', `${name}=${ms}`] : []));
    const { stdout, stderr } = await fleet.shell.attempt('tessera', [
      ...['drill', 'run', kind, '-c', cluster, '--json'],
      ...args,
      ...limits,
    ]);
    return Report.parse(JSON.parse(stdout || `{"printed": ${JSON.stringify(stderr)}}`));
  }

  /** Names of the objectives that this kind of drill is judged by. */
  async function judgedOf(kind: string): Promise<string[]> {
    const Preview = z.object({ objectives: z.record(z.string(), z.number().nullable()) });
    const text = await fleet.shell.tessera('drill', 'preview', kind, '-c', cluster, '--json');
    const { objectives } = Preview.parse(JSON.parse(text));
    return Object.keys(objectives).filter((name) => objectives[name] !== null);
  }

  /** Starts a drill and answers its number as soon as it is known. */
  async function start(kind: string, ...args: string[]): Promise<number> {
    const known = (await list()).map((drill) => drill.id);
    void fleet.shell.attempt('tessera', ['drill', 'run', kind, '-c', cluster, ...args]);
    let id = 0;
    const isThere = async () => {
      id = (await list()).find((drill) => !known.includes(drill.id))?.id ?? 0;
      return id > 0;
    };
    await expect.poll(isThere, { timeout: 30_000, intervals: [100] }).toBe(true);
    return id;
  }

  async function list(): Promise<Drill[]> {
    return z.array(Drill).parse(JSON.parse(await fleet.shell.tessera('drill', 'list', '-c', cluster, '--json')));
  }

  async function read(id: number): Promise<Drill> {
    return Drill.parse(JSON.parse(await fleet.shell.tessera('drill', 'show', String(id), '--json')));
  }

  async function expectEnded(id: number, verdict: string): Promise<void> {
    await expect.poll(async () => (await read(id)).verdict, { timeout: 30_000 }).toBe(verdict);
    expect(await read(id)).toMatchObject({ state: 'ended', undone: true });
  }

  /** Waits until the console would let a drill begin: the one before is over, its alerts are resolved. */
  async function expectFit(): Promise<void> {
    const Preview = z.object({ checks: z.array(z.object({ verdict: z.string(), sentence: z.string() })) });
    const red = async () => {
      const text = await fleet.shell.tessera('drill', 'preview', 'kill-process', '-c', cluster, '--json');
      const { checks } = Preview.parse(JSON.parse(text));
      return checks.filter((check) => check.verdict === 'red').map((check) => check.sentence);
    };
    await expect.poll(red, { timeout: healMs, intervals: [1000] }).toEqual([]);
  }

  /** What the probes put into the cluster is gone. */
  async function expectClean({ id }: Drill): Promise<void> {
    const names = async () => kubectl('get', 'configmaps,services', '-n', 'kube-system', '-o', 'name');
    await expect.poll(names, { timeout: 20_000 }).not.toContain(`tessera-drill-${id}`);
  }

  const vm = async (instance: string) => {
    const found = (await fleet.vmsOf(made)).find(
      (one) => one.labels['tessera.meta.name'] === instance && one.isRunning,
    );
    if (!found) throw new Error(`${instance} has no running VM.`);
    return found;
  };

  /** Letter of the kernel: T is stopped; '-' while there is no such process. */
  async function stateOf(instance: string, name: string): Promise<string> {
    const found = findProcess((await vm(instance)).pid, name);
    if (!found) return '-';
    const stat = readFileSync(`/proc/${found.pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  }

  /** Does its cut still drop packets? */
  async function isCut(instance: string): Promise<boolean> {
    return (await runInVm((await vm(instance)).pid, 'nft', 'list', 'tables')).includes('tessera-drill');
  }
});

const phasesOf = (report: Report): string[] =>
  report.marks.filter((mark) => mark.lane === 'drill').map((mark) => mark.phase);

/** Two copies on two nodes that may share one when the other is gone. */
async function deployPair(kubectl: Kubectl): Promise<void> {
  await kubectl(
    'create',
    'deployment',
    'web',
    '--image=registry.tessera.local/nginx:1.26.3',
    '--replicas=2',
    '--port=80',
  );
  await kubectl('expose', 'deployment', 'web', '--type=NodePort', '--port=80');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=90s');
}
