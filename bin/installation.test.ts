import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openInstallation, readInstallation, refuseTakenConsolePort, refuseTakenDatabasePort } from './installation.ts';
import { freePortFrom } from './ports.ts';

const state = mkdtempSync(path.join(tmpdir(), 'tessera-installation-'));
const portBefore = process.env.PORT;
afterAll(() => rmSync(state, { recursive: true, force: true }));
afterEach(() => {
  if (portBefore === undefined) delete process.env.PORT;
  else process.env.PORT = portBefore;
});

function listenOn(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

describe('an installation', () => {
  it('is made once, and keeps its id, network and ports', async () => {
    process.env.PORT = '';
    const first = await openInstallation(state);
    expect(first.id).toMatch(/^[0-9a-f]{6}$/);
    expect(first.subnet.cidr).toMatch(/^10\.(8|9)\d\.\d+\.0\/22$/);
    expect(new Set(Object.values(first.ports)).size).toBe(4);
    expect(await openInstallation(state)).toEqual(first);
    expect(readInstallation(state)).toEqual(first);
  });

  it('lets the account of PostgreSQL through its folder, but not read it', () => {
    expect(statSync(state).mode & 0o777).toBe(0o711);
    expect(statSync(path.join(state, 'log')).mode & 0o777).toBe(0o700);
  });

  it('remembers the port that PORT names, and refuses what is no port', async () => {
    const port = await freePortFrom(23_100);
    process.env.PORT = String(port);
    expect((await openInstallation(state)).ports.console).toBe(port);
    process.env.PORT = '';
    expect((await openInstallation(state)).ports.console).toBe(port);
    process.env.PORT = 'many';
    await expect(openInstallation(state)).rejects.toThrow('PORT is "many"');
  });

  it('says which port is taken and which variable changes it', async () => {
    process.env.PORT = '';
    const installation = await openInstallation(state);
    const { console: consolePort, postgres } = installation.ports;
    const other = await listenOn(consolePort);
    await expect(refuseTakenConsolePort(installation)).rejects.toThrow(
      `Port ${consolePort} of 127.0.0.1, the console's, is taken by another program. ` +
        `Stop that program, or choose another port: PORT=${consolePort + 1} npm start`,
    );
    await new Promise((resolve) => other.close(resolve));
    const database = await listenOn(postgres);
    await expect(refuseTakenDatabasePort(installation)).rejects.toThrow(`Port ${postgres} of 127.0.0.1`);
    await refuseTakenConsolePort(installation);
    await new Promise((resolve) => database.close(resolve));
  });

  it('says so when its file is damaged', async () => {
    const file = path.join(state, 'installation.json');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, sound.replace('"id"', '"name"'));
    await expect(openInstallation(state)).rejects.toThrow('installation.json is damaged');
    writeFileSync(file, sound.slice(0, 20));
    await expect(openInstallation(state)).rejects.toThrow('installation.json is damaged');
  });
});
