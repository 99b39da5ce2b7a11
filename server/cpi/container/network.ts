import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { CallOptions, NetworkCid } from '../cpi.ts';
import { holdGateway, removeAnchor } from './anchor.ts';
import { listContainers } from './containers.ts';
import type { Driver } from './driver.ts';
import { isPodman } from './import-image.ts';
import { LABEL, labelFilter } from './labels.ts';

type Request = { name: string; cidr: string; gateway: string };

const Network = z
  .object({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    IPAM: z.object({
      Config: z.array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() })).nullish(),
    }),
  })
  .transform((network) => ({
    cid: network.Name,
    installation: network.Labels?.[LABEL.installation],
    cidr: network.IPAM.Config?.[0]?.Subnet ?? '',
    gateway: network.IPAM.Config?.[0]?.Gateway ?? '',
  }));
type Network = z.infer<typeof Network>;

/**
 * A bridge network with its anchor; returns when the gateway address is up. The same request twice is one network; with another CIDR or gateway
 * the old one is replaced when no VM is on it, and refused otherwise.
 */
export async function createNetwork(driver: Driver, request: Request, { signal }: CallOptions): Promise<NetworkCid> {
  const cid = `tess${driver.config.installation}-${slug(request.name)}`;
  const found = await findNetwork(driver, cid, signal);
  if (found !== null && (found.cidr !== request.cidr || found.gateway !== request.gateway)) {
    await deleteNetwork(driver, cid, { signal });
    await makeNetwork(driver, cid, request, signal);
  }
  if (found === null) await makeNetwork(driver, cid, request, signal);
  await holdGateway(driver, { cid, cidr: request.cidr, gateway: request.gateway }, signal);
  return cid;
}

/** Refuses while VMs are on it. Gone is fine. */
export async function deleteNetwork(driver: Driver, cid: NetworkCid, { signal }: CallOptions): Promise<void> {
  const vms = await listContainers(driver, signal, LABEL.instance, `${LABEL.network}=${cid}`);
  if (vms.length > 0) {
    throw new TesseraError(
      'cpi_failed',
      `Network ${cid} was not deleted: ${vms.length} VMs are on it (${vms[0]?.cid}, …). Delete them first.`,
    );
  }
  if ((await findNetwork(driver, cid, signal)) === null) return;
  await removeAnchor(driver, cid, signal);
  await driver.engine.find(`deleting network ${cid}`, signal, (abortSignal) =>
    driver.engine.docker.getNetwork(cid).remove({ abortSignal }),
  );
}

export async function hasNetwork(driver: Driver, cid: NetworkCid, { signal }: CallOptions): Promise<boolean> {
  return (await findNetwork(driver, cid, signal)) !== null;
}

export async function listNetworks(driver: Driver, { signal }: CallOptions): Promise<NetworkCid[]> {
  return (await ownNetworks(driver, signal)).map((network) => network.cid);
}

/** Brings the gateway address back after a reboot or after the anchor died. Throws network_not_found. */
export async function ensureGateway(driver: Driver, cid: NetworkCid, { signal }: CallOptions): Promise<void> {
  const network = await findNetwork(driver, cid, signal);
  if (network === null)
    throw new TesseraError('network_not_found', `Network ${cid} does not exist. Apply the director tile.`);
  await holdGateway(driver, network, signal);
}

export async function findNetwork(driver: Driver, cid: NetworkCid, signal: AbortSignal): Promise<Network | null> {
  return (await ownNetworks(driver, signal)).find((network) => network.cid === cid) ?? null;
}

async function ownNetworks(driver: Driver, signal: AbortSignal): Promise<Network[]> {
  const filters = labelFilter(driver.config.installation);
  const found = await driver.engine.call('listing networks', signal, (abortSignal) =>
    driver.engine.docker.listNetworks({ filters, abortSignal }),
  );
  return z.array(Network).parse(found);
}

async function makeNetwork(driver: Driver, cid: string, request: Request, signal: AbortSignal): Promise<void> {
  const labels = { [LABEL.installation]: driver.config.installation };
  const bridge = bridgeName(driver.config.installation, cid);
  const doing = `creating network ${cid} (${request.cidr})`;
  if (await isPodman(driver, signal)) {
    // Podman's own call: the Docker API would start a DNS server on the gateway and isolate networks from each other
    const body = {
      name: cid,
      driver: 'bridge',
      network_interface: bridge,
      dns_enabled: false,
      labels,
      subnets: [{ subnet: request.cidr, gateway: request.gateway }],
    };
    await driver.engine.call(doing, signal, (abortSignal) =>
      postLibpod(driver, '/v4.0.0/libpod/networks/create', body, abortSignal),
    );
    return;
  }
  await driver.engine.call(doing, signal, (abortSignal) =>
    driver.engine.docker.createNetwork({
      Name: cid,
      Driver: 'bridge',
      Labels: labels,
      Options: { 'com.docker.network.bridge.name': bridge },
      IPAM: { Driver: 'default', Config: [{ Subnet: request.cidr, Gateway: request.gateway }] },
      abortSignal,
    }),
  );
}

async function postLibpod(
  driver: Driver,
  path: string,
  body: Record<string, unknown>,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const { modem } = driver.engine.docker;
  return new Promise((resolve, reject) => {
    const statusCodes = { 200: true, 201: true, 409: 'conflict', 500: 'server error' };
    modem.dial({ path, method: 'POST', options: body, abortSignal, statusCodes }, (error: unknown, answer: unknown) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}

/** Interface names hold 15 characters; the prefix tells an operator whose it is. */
function bridgeName(installation: string, cid: string): string {
  return `tess${installation}${createHash('sha256').update(cid).digest('hex').slice(0, 4)}`;
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  // two names that differ only in what a slug drops must not become one network
  return plain === name ? plain : `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 4)}`;
}
