import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InstallationFile } from '#server/platform/config.ts';
import { freePortFrom, isPortFree } from './ports.ts';
import { Refusal, say } from './say.ts';
import { chooseSubnet } from './subnet.ts';

const defaultConsolePort = 3000;
/** Below 30000 (NodePorts of the clusters) and below the kernel's own range for outgoing connections. */
const firstInnerPort = 21_000;

/** Folder of this installation: everything it keeps lies below. */
export function stateFolder(): string {
  return path.resolve(process.env.TESSERA_STATE ?? '/var/lib/tessera');
}

/** Folder of things that can be made again and are shared by all installations. */
export function cacheFolder(): string {
  return path.resolve(process.env.TESSERA_CACHE ?? '/var/cache/tessera');
}

/** Reads `installation.json` of the state folder, or undefined when there is no installation yet. */
export function readInstallation(state: string): InstallationFile | undefined {
  const file = path.join(state, 'installation.json');
  if (!existsSync(file)) return undefined;
  const parsed = InstallationFile.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Refusal(`${file} is damaged (${parsed.error.message}). Restore it from a backup.`);
  return parsed.data;
}

/** The installation of the state folder, made on the first start: id, VM network and ports are chosen once and kept. */
export async function openInstallation(state: string): Promise<InstallationFile> {
  prepareFolders(state);
  const known = readInstallation(state);
  const asked = askedConsolePort();
  const installation = known ?? (await newInstallation(asked));
  const port = asked ?? installation.ports.console;
  const chosen = { ...installation, ports: { ...installation.ports, console: port } };
  if (!known) say(`new installation ${chosen.id} in ${state}, VM network ${chosen.subnet.cidr}`);
  if (JSON.stringify(known) !== JSON.stringify(chosen)) write(state, chosen);
  return chosen;
}

/** Throws a sentence when another program holds the console's port. */
export async function refuseTakenConsolePort({ ports }: InstallationFile): Promise<void> {
  if (await isPortFree(ports.console)) return;
  throw new Refusal(
    `Port ${ports.console} of 127.0.0.1, the console's, is taken by another program. ` +
      `Stop that program, or choose another port: PORT=${ports.console + 1} npm start`,
  );
}

/** Throws a sentence when another program holds the embedded PostgreSQL's port. */
export async function refuseTakenDatabasePort({ ports }: InstallationFile): Promise<void> {
  if (await isPortFree(ports.postgres)) return;
  throw new Refusal(
    `Port ${ports.postgres} of 127.0.0.1, the embedded PostgreSQL's, is taken by another program. ` +
      'Stop that program, or change ports.postgres in installation.json of the state folder.',
  );
}

async function newInstallation(askedPort: number | undefined): Promise<InstallationFile> {
  const id = randomBytes(3).toString('hex');
  const seed = Number.parseInt(id, 16);
  const innerPort = firstInnerPort + (seed % 800) * 10;
  const postgres = await freePortFrom(innerPort);
  const gateway = await freePortFrom(innerPort, [postgres]);
  const rest = await freePortFrom(innerPort, [postgres, gateway]);
  const consolePort = askedPort ?? (await freePortFrom(defaultConsolePort));
  if (askedPort === undefined && consolePort !== defaultConsolePort) {
    say(`port ${defaultConsolePort} is taken by another program; this console gets ${consolePort} (PORT changes it)`);
  }
  return { id, subnet: chooseSubnet(seed), ports: { console: consolePort, postgres, gateway, rest } };
}

/** Half a file is as damaged as one of the wrong shape, and is said in the same words. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function askedConsolePort(): number | undefined {
  const text = process.env.PORT;
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Refusal(`PORT is "${text}", which is no port number.`);
}

/** The folder itself is enterable, as PostgreSQL runs under another account; what lies in it is closed. */
function prepareFolders(state: string): void {
  mkdirSync(state, { recursive: true });
  chmodSync(state, 0o711);
  for (const name of ['log', 'run']) mkdirSync(path.join(state, name), { recursive: true, mode: 0o700 });
}

function write(state: string, installation: InstallationFile): void {
  writeFileSync(path.join(state, 'installation.json'), `${JSON.stringify(installation, null, 2)}\n`);
}
