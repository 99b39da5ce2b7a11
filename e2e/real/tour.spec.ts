import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { ClusterPages } from '../pages/cluster-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { FormPage } from '../pages/form-page.ts';
import { ProductsPage } from '../pages/products-page.ts';
import { RunPage } from '../pages/run-page.ts';
import { type Stack, startStack } from '../stack.ts';
import { CommandLine } from './command-line.ts';
import { addressesGivenOut } from './database.ts';
import { Engine } from './engine.ts';
import { everySecret, tracesOf } from './secrets.ts';
import { Uaa } from './uaa.ts';
import { claimVolume, deployWeb, hearPods, readNodes, runInPod, startHolder } from './workloads.ts';

const PERSON = { userName: 'admin', password: 'tour of the real thing', passphrase: 'a passphrase of the tour' };
const CLI_USER = { name: 'nadia', password: 'manages clusters only' };
const SERVICE = 'Container Service';
const DOMAIN = 'tour.example';
const API = `api.${DOMAIN}`;
const CLUSTER = { name: 'first', externalHostname: `first.${DOMAIN}` };

/** The main job on real VMs, from an empty state folder to none; each step needs the one before. */
test.describe('the main job', () => {
  test.describe.configure({ mode: 'serial', timeout: 3 * 60_000 });
  let stack: Stack;
  let context: BrowserContext;
  let page: Page;
  let engine: Engine;
  let home: string;
  let shell: CommandLine;
  /** What the tour learns on its way. */
  const known = { apiAddress: '', adminSecret: '', clusterAddress: '', kubeconfig: '', nodePort: 0 };

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    stack = await startStack({ cpi: 'container' });
    engine = new Engine(stack.state);
    home = mkdtempSync(path.join(tmpdir(), 'tessera-tour-'));
    mkdirSync(path.join(home, 'pks'));
    shell = new CommandLine(stack, home);
    context = await browser.newContext({ baseURL: stack.url, acceptDownloads: true });
    page = await context.newPage();
  });
  test.afterAll(async () => {
    await context?.close();
    await stack?.destroy();
    if (home) rmSync(home, { recursive: true });
  });

  test('begins with the first-run set-up and a log-in', async () => {
    const entry = new EntryPage(page);
    await entry.setUp(PERSON);
    await entry.logOut();
    await entry.logIn(PERSON.userName, PERSON.password);
    await new ProductsPage(page).expectState('BOSH Director', 'Not applied', 60_000);
  });

  test('takes a host name and a generated wildcard certificate to configure', async () => {
    const form = new FormPage(page);
    await form.open('pivotal-container-service', 'pks_api');
    await form.fill('.properties.pks_api_hostname', API);
    await form.save();
    await form.generateCertificate('.pivotal-container-service.pks_tls', `*.${DOMAIN}`);
    await new ProductsPage(page).open();
    await new ProductsPage(page).expectState(SERVICE, 'Not applied');
  });

  test('is applied to real VMs until both tiles are green', async () => {
    const run = new RunPage(page);
    await run.review();
    await expect(page.getByText('+1 ~0 ↻0 −0 VMs')).toBeVisible();
    await run.apply();
    await run.expectEnd('Succeeded', 150_000);
    const products = new ProductsPage(page);
    await products.open();
    await products.expectState('BOSH Director', 'Running');
    await products.expectState(SERVICE, 'Running');
    await page.goto('/products/pivotal-container-service/status');
    const [vm] = await engine.vms();
    known.apiAddress = vm?.labels['tessera.address'] ?? 'no VM';
    await expect(page.getByRole('cell', { name: known.apiAddress, exact: true })).toBeVisible();
    expect(vm?.labels['tessera.az']).toBe('az1');
  });

  test('shows the secret of the UAA administrator, who adds a user', async () => {
    await page.goto('/products/pivotal-container-service/credentials');
    await page.getByRole('button', { name: /^Reveal Pks Uaa Management Admin Client/i }).click();
    known.adminSecret = (await page.locator('dl.revealed code').textContent()) ?? '';
    await shell.tessera('login', '-u', PERSON.userName, '-p', PERSON.password);
    const caPem = await shell.tessera('root-certificate');
    const uaa = await Uaa.asClient(
      { address: known.apiAddress, name: API, caPem },
      { id: 'admin', secret: known.adminSecret },
    );
    await uaa.addUser(CLI_USER);

    await page.goto('/users');
    await page.getByRole('button', { name: `Groups of ${CLI_USER.name}` }).click();
    await page.getByRole('dialog').getByLabel('pks.clusters.admin', { exact: false }).first().check();
    await page.getByRole('button', { name: 'Save groups' }).click();
    await expect(page.getByRole('row', { name: CLI_USER.name })).toContainText('pks.clusters.admin');
  });

  test('creates a cluster in the browser', async () => {
    const clusters = new ClusterPages(page);
    await clusters.create({ ...CLUSTER, plan: 'small' });
    await page.waitForURL(`**/clusters/${CLUSTER.name}`);
    await clusters.expectState('Running', 120_000);
    await expect(page.getByText('Healthy.')).toBeVisible();
    const az1 = page.getByRole('region', { name: 'az1' });
    await expect(az1.getByRole('article', { name: /^master\/0: Running/ })).toContainText(/kube-apiserver\s*running/);
    await expect(az1.getByRole('article', { name: /^worker\/0: Running/ })).toContainText(/kubelet\s*running/);
    await expect(page.getByRole('region', { name: 'az2' })).toContainText('worker/1');
    known.kubeconfig = path.join(home, 'first.kubeconfig');
    const kubeconfig = await clusters.kubeconfig();
    writeFileSync(known.kubeconfig, kubeconfig, { mode: 0o600 });
    known.clusterAddress = /server: https:\/\/([\d.]+):8443/.exec(kubeconfig)?.[1] ?? 'no address';
  });

  test('runs workloads: replicas, NodePort, DNS, and a volume that moves to another node', async () => {
    const kubectl = shell.kubectl(known.kubeconfig);
    const nodes = await readNodes(kubectl);
    expect(nodes.map(({ name, status }) => `${name} ${status}`).toSorted()).toEqual([
      'master-0 Ready,SchedulingDisabled',
      'worker-0 Ready',
      'worker-1 Ready',
    ]);
    const [nodePort] = await Promise.all([deployWeb(kubectl), claimVolume(kubectl, 'notes')]);
    for (const node of nodes) {
      const heard = await hearPods(`http://${node.address}:${nodePort}/hostname`, 2);
      expect([...heard].every((name) => name.startsWith('web-'))).toBe(true);
    }
    expect(await runInPod(kubectl, 'dns', ['nslookup', 'web.default.svc.cluster.local'])).toContain(
      'Address: 10.100.200.',
    );

    const first = await startHolder(kubectl, 'before', 'notes');
    await kubectl('exec', 'before', '--', 'sh', '-c', 'echo kept > /data/note');
    await kubectl('delete', 'pod', 'before');
    await kubectl('cordon', first);
    const second = await startHolder(kubectl, 'after', 'notes');
    expect(second).not.toBe(first);
    expect(await kubectl('exec', 'after', '--', 'cat', '/data/note')).toBe('kept\n');
    await kubectl('uncordon', first);
  });

  test('serves the command lines, by address and by name', async () => {
    const login = ['-u', CLI_USER.name, '-p', CLI_USER.password];
    const lines = await shell.tessera('hosts', '--print');
    expect(lines).toMatch(new RegExp(`^${known.apiAddress} +${API}$`, 'm'));
    expect(lines).toMatch(new RegExp(`^${known.clusterAddress} +${CLUSTER.externalHostname}$`, 'm'));
    expect(await shell.pks('login', '-a', known.apiAddress, '-k', ...login)).toContain('Login successful.');

    const caFile = path.join(home, 'ca.pem');
    writeFileSync(caFile, await shell.tessera('root-certificate'));
    const byAddress = await shell.attempt('pks', ['login', '-a', known.apiAddress, '--ca-cert', caFile, ...login]);
    expect(byAddress.code, 'the certificate names no address').not.toBe(0);
    await shell.tessera('hosts', '--write');
    expect(await shell.pks('login', '-a', API, '--ca-cert', caFile, ...login)).toContain(`API Endpoint: ${API}`);

    expect(await shell.pks('plans')).toMatch(/^small /m);
    expect(await shell.pks('clusters')).toMatch(/ first +1\.\d+\.\d+ +small .* succeeded +CREATE/);
    const host = `es-cluster.${DOMAIN}`;
    const made = await shell.pks(
      'create-cluster',
      'es_cluster',
      '-e',
      host,
      '-p',
      'small',
      '--num_nodes',
      '1',
      '--wait',
    );
    expect(made).toMatch(/Last Action State: +succeeded/);
    await shell.tessera('hosts', '--write');
    await shell.pks('get-credentials', 'es-cluster');
    expect(readFileSync(path.join(home, 'kubeconfig'), 'utf8')).toContain(`server: https://${host}:8443`);
    const nodes = await readNodes(shell.kubectl());
    expect(nodes.map((node) => node.status).toSorted()).toEqual(['Ready', 'Ready,SchedulingDisabled']);
  });

  test('spreads the three masters of a medium cluster over three AZs', async () => {
    const form = new FormPage(page);
    await form.open('pivotal-container-service', 'plan2');
    await form
      .field('.properties.plan2_selector')
      .getByRole('radio', { name: /^Active/ })
      .check();
    await form.save();
    const run = new RunPage(page);
    await run.review();
    await run.apply();
    await run.expectEnd('Succeeded', 60_000);
    const clusters = new ClusterPages(page);
    await clusters.create({ name: 'wide', externalHostname: `wide.${DOMAIN}`, plan: 'medium', workers: 1 });
    await page.waitForURL('**/clusters/wide');
    await clusters.expectState('Running', 150_000);
    for (const az of ['az1', 'az2', 'az3'])
      await expect(page.getByRole('region', { name: az })).toContainText(/master\/\d/);
    await expect(page.getByText('tolerates 1 loss')).toBeVisible();

    const file = path.join(home, 'wide.kubeconfig');
    writeFileSync(file, await clusters.kubeconfig(), { mode: 0o600 });
    const kubectl = shell.kubectl(file);
    const masters = (await readNodes(kubectl)).filter((node) => node.name.startsWith('master-'));
    expect(masters.map(({ zone, status }) => `${zone} ${status}`).toSorted()).toEqual([
      'az1 Ready,SchedulingDisabled',
      'az2 Ready,SchedulingDisabled',
      'az3 Ready,SchedulingDisabled',
    ]);
    for (const { address } of masters) {
      const checks = await kubectl('--server', `https://${address}:8443`, 'get', '--raw', '/readyz?verbose');
      expect(checks).toContain('[+]etcd ok');
    }
  });

  test('keeps secrets in the vault and on their VMs only', async () => {
    const secrets = everySecret(stack, {
      'password of the administrator': PERSON.password,
      'decryption passphrase': PERSON.passphrase,
      'password of a user': CLI_USER.password,
      'secret of the UAA administrator': known.adminSecret,
      'kubeconfig of the first cluster': readFileSync(known.kubeconfig, 'utf8'),
    });
    expect(secrets.size).toBeGreaterThan(9);
    expect(await tracesOf(stack, engine, secrets)).toEqual([]);
  });

  test('replaces a killed API VM at the same address and loses nothing', async () => {
    const before = await shell.pks('clusters');
    const [vm] = await engine.vms(`tessera.address=${known.apiAddress}`);
    await engine.kill(vm?.name ?? 'no VM');
    await expect
      .poll(
        async () =>
          (await engine.vms(`tessera.address=${known.apiAddress}`)).map(
            ({ name, isRunning }) => isRunning && name !== vm?.name,
          ),
        {
          timeout: 60_000,
        },
      )
      .toEqual([true]);
    await expect.poll(async () => (await shell.attempt('pks', ['clusters'])).stdout, { timeout: 60_000 }).toBe(before);
    await new ProductsPage(page).open();
    await new ProductsPage(page).expectState(SERVICE, 'Running', 60_000);
  });

  test('deletes clusters with all that was theirs', async () => {
    const networks = await engine.networks();
    await shell.pks('delete-cluster', 'es-cluster', '--non-interactive');
    const clusters = new ClusterPages(page);
    for (const name of [CLUSTER.name, 'wide']) {
      await clusters.open(name);
      await clusters.remove(name);
    }
    await expect.poll(async () => JSON.parse(await shell.pks('clusters', '--json')), { timeout: 90_000 }).toEqual([]);
    await page.goto('/clusters');
    await expect(page.getByText('No clusters yet.')).toBeVisible();

    const left = await engine.vms();
    expect(left.map((vm) => vm.labels['tessera.address'])).toEqual([known.apiAddress]);
    expect(readdirSync(path.join(stack.state, 'vms'))).toEqual(left.map((vm) => vm.name));
    expect(readdirSync(path.join(stack.state, 'disks'))).toEqual([]);
    expect(readdirSync(path.join(stack.state, 'datastore'))).toEqual([]);
    expect(await addressesGivenOut(stack)).toEqual([known.apiAddress]);
    expect(await engine.networks()).toEqual(networks);
  });

  test('is undone by destroy', async () => {
    const names = (await engine.containers()).length;
    expect(names).toBeGreaterThan(1);
    await stack.destroy();
    expect(await engine.containers()).toEqual([]);
    expect(await engine.networks()).toEqual([]);
    expect(await engine.images()).toEqual([]);
    expect(readFileSync('/etc/hosts', 'utf8')).not.toContain(DOMAIN);
  });
});
