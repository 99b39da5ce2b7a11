import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Stack } from '../stack.ts';
import { tablesWith } from './database.ts';
import type { Engine } from './engine.ts';

const Bootstrap = z.record(z.string(), z.unknown());
/** Enough of a key to be no other key, and in no other file by chance. */
const fragmentLength = 40;

/**
 * Secrets by what they are: those given, each VM's private key, and what a kubeconfig holds. A text with line breaks is searched by one line of
 * its middle, because logs and JSON write line breaks in their own ways.
 */
export function everySecret(stack: Stack, given: Record<string, string>): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [what, value] of Object.entries(given)) {
    const inKubeconfig = /client-key-data: (\S+)/.exec(value)?.[1];
    if (inKubeconfig === undefined) secrets.set(what, value);
    else {
      secrets.set(`${what}, as it stands there`, inKubeconfig.slice(-fragmentLength));
      secrets.set(`${what}, its key`, middleLine(Buffer.from(inKubeconfig, 'base64').toString()));
    }
  }
  for (const vm of readdirSync(path.join(stack.state, 'vms'))) {
    const file = path.join(stack.state, 'vms', vm, 'bootstrap', 'agent.json');
    for (const value of Object.values(Bootstrap.parse(JSON.parse(readFileSync(file, 'utf8'))))) {
      if (typeof value === 'string' && value.includes('PRIVATE KEY'))
        secrets.set(`private key of ${vm}`, middleLine(value));
    }
  }
  const vaultKey = readFileSync(path.join(stack.state, 'vault.key'));
  secrets.set('key of the vault', vaultKey.toString('base64'));
  secrets.set('key of the vault, in hex', vaultKey.toString('hex'));
  return secrets;
}

/** Where those secrets stand though they must not: what the engine tells of the VMs, log files, tables of the database. */
export async function tracesOf(stack: Stack, engine: Engine, secrets: Map<string, string>): Promise<string[]> {
  const names = (await engine.vms()).map((vm) => vm.name);
  const places = new Map([['podman inspect', await engine.inspect(names)]]);
  const logs = path.join(stack.state, 'log');
  for (const file of readdirSync(logs)) places.set(`log/${file}`, readFileSync(path.join(logs, file), 'utf8'));

  const traces: string[] = [];
  for (const [what, secret] of secrets) {
    for (const [place, text] of places) if (text.includes(secret)) traces.push(`${what}: ${place}`);
    for (const table of await tablesWith(stack, secret)) traces.push(`${what}: ${table}`);
  }
  return traces;
}

function middleLine(pem: string): string {
  const lines = pem.split('\n').filter((line) => line.length >= fragmentLength);
  return lines[Math.floor(lines.length / 2)] ?? pem;
}
