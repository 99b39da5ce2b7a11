import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { TesseraError } from '#server/platform/error.ts';

const LABEL = 'tessera.verify';
/** Three seconds on an idle machine; a build may share it with others. */
const UP_WITHIN_MS = 60_000;
const DOWN_WITHIN_MS = 30_000;
const LOOK_MS = 200;

/** What must answer inside a VM: the words that show it, and the output that is expected. */
export type Check = { title: string; command: string; expect: RegExp };

export type VerifyRequest = {
  /** Socket of the container engine. */
  socket: string;
  /** Id that the container CPI gave the imported stemcell: the tag of its image. */
  cid: string;
  kubernetes: string;
  /** Labels that let `destroy` find a VM that outlived its verifier. */
  labels: Record<string, string>;
  signal: AbortSignal;
  say: (line: string) => void;
};

/**
 * Boots one VM from the image, without network, and looks: runit is up, the programs run and are the versions they should be, `halt` stops the VM.
 * Removes the VM whatever happens. Throws stemcell_build_failed with the first check that failed.
 */
export async function verifyStemcell(request: VerifyRequest): Promise<void> {
  const docker = new Docker({ socketPath: request.socket });
  const image = await findImage(docker, request.cid);
  await removeLeftovers(docker, request.labels);
  const vm = await docker.createContainer({
    Image: image,
    Hostname: 'verify',
    Cmd: ['/usr/bin/tini', '--', '/usr/local/sbin/tessera-boot'],
    Labels: { ...request.labels, [LABEL]: 'true' },
    HostConfig: {
      Privileged: true,
      NetworkMode: 'none',
      // without nproc runc fails with "setting rlimit type 6"
      Ulimits: [
        { Name: 'nofile', Soft: 20_000, Hard: 20_000 },
        { Name: 'nproc', Soft: 10_000, Hard: 10_000 },
      ],
      Tmpfs: { '/run': 'rw,nosuid,nodev,mode=755', '/tmp': 'rw,nosuid,nodev,mode=1777' },
    },
  });
  try {
    await vm.start();
    await waitForRunit(vm, request.signal);
    request.say('runit is up');
    for (const check of checks(request.kubernetes)) {
      const output = await runIn(vm, check.command);
      if (!check.expect.test(output))
        throw failed(image, `${check.title} (${check.command}) answers: ${output.trim() || 'nothing'}`);
      request.say(`${check.title}: ${output.trim().split('\n')[0] ?? ''}`);
    }
    await halt(vm, image, request.signal);
    request.say('halt stops the VM');
  } finally {
    await vm.remove({ force: true, v: true });
  }
}

/** VMs of a verifier that was killed. */
async function removeLeftovers(docker: Docker, labels: Record<string, string>): Promise<void> {
  const label = [LABEL, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  const left = await docker.listContainers({ all: true, filters: { label } });
  for (const { Id } of left) await docker.getContainer(Id).remove({ force: true, v: true });
}

async function findImage(docker: Docker, cid: string): Promise<string> {
  const images = await docker.listImages();
  const names = images.flatMap((image) => image.RepoTags ?? []);
  const found = names.find((name) => name.endsWith(`:${cid}`));
  if (found !== undefined) return found;
  throw new TesseraError(
    'stemcell_build_failed',
    `The container engine has no image of stemcell ${cid}. Import it again.`,
  );
}

/** The programs a node cannot do without. */
export function checks(kubernetes: string): Check[] {
  const version = new RegExp(`v${kubernetes.replaceAll('.', '\\.')}\\b`);
  return [
    { title: 'kubelet', command: 'kubelet --version', expect: version },
    { title: 'kube-apiserver', command: 'kube-apiserver --version', expect: version },
    { title: 'kubectl', command: 'kubectl version --client', expect: version },
    { title: 'etcd', command: 'etcd --version', expect: /etcd Version: \d/ },
    { title: 'containerd', command: 'containerd --version', expect: /containerd .*\d+\.\d+/ },
    { title: 'runc', command: 'runc --version', expect: /runc version \d/ },
    { title: 'flanneld', command: 'flanneld --version', expect: /\d+\.\d+/ },
    { title: 'keepalived', command: 'keepalived --version', expect: /Keepalived v\d/ },
    { title: 'Node', command: 'node --version', expect: /^v24\./ },
    { title: 'agent', command: 'node --check /opt/tessera/agent.mjs && echo parses', expect: /parses/ },
    { title: 'CNI plug-ins', command: 'ls /opt/cni/bin', expect: /bridge[\s\S]*host-local[\s\S]*portmap/ },
    { title: 'folders in memory', command: 'stat -f -c %T /var/vcap/jobs', expect: /tmpfs/ },
  ];
}

async function waitForRunit(vm: Docker.Container, signal: AbortSignal): Promise<void> {
  const until = performance.now() + UP_WITHIN_MS;
  let seen = '';
  while (performance.now() < until) {
    seen = await runIn(vm, 'sv status /run/service/tessera-agent-watch');
    if (/^run:/.test(seen)) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
  throw new TesseraError(
    'stemcell_build_failed',
    `runit is not up ${UP_WITHIN_MS / 1000} s after the VM was started: ${seen.trim()}`,
  );
}

async function halt(vm: Docker.Container, image: string, signal: AbortSignal): Promise<void> {
  await runIn(vm, 'halt');
  const until = performance.now() + DOWN_WITHIN_MS;
  while (performance.now() < until) {
    const { State } = await vm.inspect();
    if (!State.Running) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
  throw failed(image, `halt did not stop the VM in ${DOWN_WITHIN_MS / 1000} s`);
}

/** Output of a shell command in the VM, stdout and stderr together. */
async function runIn(vm: Docker.Container, command: string): Promise<string> {
  const exec = await vm.exec({ Cmd: ['sh', '-c', command], AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let output = '';
  for await (const chunk of stream) output += String(chunk);
  return output.replaceAll('\r', '');
}

function failed(image: string, reason: string): TesseraError {
  return new TesseraError(
    'stemcell_build_failed',
    `The stemcell image ${image} does not hold what it should: ${reason}.`,
  );
}
