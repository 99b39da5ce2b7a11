import { networkInterfaces } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { formatAddress, lastHost, parseCidr } from '#model/cidr.ts';
import { TesseraError } from '#server/platform/error.ts';
import { findContainer } from './containers.ts';
import type { Driver } from './driver.ts';
import { importImage } from './import-image.ts';
import { LABEL } from './labels.ts';
import { startContainer } from './start-container.ts';
import { imagePrefix } from './stemcell.ts';
import { ULIMITS } from './vm-container.ts';

/**
 * Netavark makes a bridge with the first running container of a network and removes it with the last, and the director listens on the bridge's
 * address. So each network has an anchor: a container that does nothing, needs no stemcell and takes the network's last host address.
 */
const GATEWAY_DEADLINE_MS = 10_000;
const POLL_MS = 20;

export const anchorName = (network: string): string => `${network}-anchor`;

/** Starts the anchor of a network (again), and returns when the gateway address is on this host. */
export async function holdGateway(
  driver: Driver,
  network: { cid: string; cidr: string; gateway: string },
  signal: AbortSignal,
): Promise<void> {
  return driver.making.gateways.run(network.cid, () => raiseGateway(driver, network, signal));
}

async function raiseGateway(
  driver: Driver,
  network: { cid: string; cidr: string; gateway: string },
  signal: AbortSignal,
): Promise<void> {
  const running = await startAnchor(driver, network, signal);
  if (hasAddress(network.gateway)) return;
  // an anchor that ran all the time without its bridge: something outside removed the bridge, and only a new start makes it again
  if (running)
    await driver.engine.call(`restarting ${anchorName(network.cid)}`, signal, (abortSignal) =>
      anchor(driver, network.cid).restart({ t: 0, abortSignal }),
    );
  await waitForAddress(driver, network, signal);
}

/** Removes the anchor; gone is fine. */
export async function removeAnchor(driver: Driver, network: string, signal: AbortSignal): Promise<void> {
  await driver.engine.find(`removing ${anchorName(network)}`, signal, (abortSignal) =>
    anchor(driver, network).remove({ force: true, abortSignal }),
  );
}

/** True when the anchor was running already. */
async function startAnchor(
  driver: Driver,
  network: { cid: string; cidr: string },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await findContainer(driver, anchorName(network.cid), signal, LABEL.anchor);
  if (found?.power === 'on') return true;
  if (found === null) await createAnchorOnce(driver, network, signal);
  await startContainer(driver, anchorName(network.cid), `starting ${anchorName(network.cid)}`, signal);
  return false;
}

/** Another process may find no anchor at the same time: the later one takes the first's. */
async function createAnchorOnce(
  driver: Driver,
  network: { cid: string; cidr: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await createAnchor(driver, network, signal);
  } catch (error) {
    if ((await findContainer(driver, anchorName(network.cid), signal, LABEL.anchor)) === null) throw error;
  }
}

async function createAnchor(
  driver: Driver,
  network: { cid: string; cidr: string },
  signal: AbortSignal,
): Promise<void> {
  const { docker } = driver.engine;
  const image = `${imagePrefix(driver.config.installation)}anchor:1`;
  const present = await driver.engine.find('looking for the anchor image', signal, () =>
    docker.getImage(image).inspect(),
  );
  if (present === null) {
    await importImage(
      driver,
      { tar: await anchorRootfs(), name: image, labels: {}, doing: 'importing the anchor image' },
      signal,
    );
  }
  await driver.engine.call(`creating ${anchorName(network.cid)}`, signal, (abortSignal) =>
    docker.createContainer({
      name: anchorName(network.cid),
      Image: image,
      Cmd: ['/anchor'],
      Labels: { [LABEL.installation]: driver.config.installation, [LABEL.anchor]: '1', [LABEL.network]: network.cid },
      HostConfig: { NetworkMode: network.cid, Ulimits: ULIMITS, RestartPolicy: { Name: 'no' } },
      NetworkingConfig: {
        EndpointsConfig: { [network.cid]: { IPAMConfig: { IPv4Address: anchorAddress(network.cidr) } } },
      },
      abortSignal,
    }),
  );
}

function anchor(driver: Driver, network: string) {
  return driver.engine.docker.getContainer(anchorName(network));
}

function anchorAddress(cidr: string): string {
  const parsed = parseCidr(cidr);
  if (parsed === null) throw new TesseraError('invalid_input', `${cidr} is no CIDR block.`);
  return formatAddress(lastHost(parsed));
}

async function waitForAddress(
  driver: Driver,
  network: { cid: string; gateway: string },
  signal: AbortSignal,
): Promise<void> {
  const deadline = driver.clock.monotonic() + GATEWAY_DEADLINE_MS;
  while (!hasAddress(network.gateway)) {
    if (driver.clock.monotonic() > deadline) {
      const sentence = `The gateway address ${network.gateway} of network ${network.cid} did not come up on this host in ${GATEWAY_DEADLINE_MS / 1000} s, although its anchor runs. Is the engine on this host?`;
      throw new TesseraError('cpi_failed', sentence);
    }
    await driver.clock.sleep(POLL_MS, signal);
  }
}

function hasAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));
}

/** A root file system of one file: a static x86-64 program that waits for ever (`pause` in a loop), so that no image has to be had for it. */
async function anchorRootfs(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'anchor', mode: 0o755 }, anchorProgram());
  archive.finalize();
  return buffer(archive);
}

/** ELF header, one loadable segment, nine bytes of code. */
export function anchorProgram(): Buffer {
  const HEADERS = 64 + 56;
  const BASE = 0x400000n;
  // mov eax, 34 (pause); syscall; jmp to the start
  const code = Buffer.from([0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]);
  const file = Buffer.alloc(HEADERS + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(0x3e, 18); // x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program header table
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read, execute
  file.writeBigUInt64LE(BASE, 80);
  file.writeBigUInt64LE(BASE, 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  file.set(code, HEADERS);
  return file;
}
