import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { armUndo, undoFaults } from './dead-man.ts';
import type { Paths } from './paths.ts';
import { leadsGroup } from './process-stats.ts';
import type { Fault } from './protocol.ts';
import { readStatus } from './runit.ts';

/** The answer to the director must be out before its own VM stops. */
const HALT_AFTER_S = 0.1;
const PROGRAM_MS = 5000;

export type FaultsOptions = {
  paths: Paths;
  /** Address of the gateway, which a cut from the director is about. */
  gateway: string;
  /** Runs a program to its end with this input; rejects when it fails. */
  run?: (program: string, args: string[], input: string) => Promise<void>;
};

/** Faults of drills, done from inside the VM as the world would do them. Nothing else of the agent knows of them, least of all what it reports. */
export class Faults {
  readonly #paths: Paths;
  readonly #gateway: string;
  readonly #run: NonNullable<FaultsOptions['run']>;

  constructor({ paths, gateway, run = runProgram }: FaultsOptions) {
    this.#paths = paths;
    this.#gateway = gateway;
    this.#run = run;
  }

  /** Arms the undo, then does the fault. The sentence says what was hit. Throws when it was not done; nothing is armed then. */
  async inject(drill: string, fault: Fault, undoAfterMs: number): Promise<string> {
    switch (fault.kind) {
      case 'signal-process':
        return this.#signal(drill, fault.process, fault.signal, undoAfterMs);
      case 'cut-network':
        return this.#cut(drill, fault.from, undoAfterMs);
      case 'halt': {
        const script = 'sleep "$1"; exec "$2"';
        spawn('/bin/sh', ['-c', script, 'tessera-halt', String(HALT_AFTER_S), this.#paths.halt], {
          cwd: '/',
          detached: true,
          stdio: 'ignore',
        }).unref();
        return 'the VM halts';
      }
    }
  }

  undo(drill: string): Promise<number> {
    return undoFaults(this.#paths.faults, drill);
  }

  async #signal(drill: string, name: string, signal: 'KILL' | 'STOP', undoAfterMs: number): Promise<string> {
    const status = readStatus(join(this.#paths.services, name));
    if (status?.state !== 'run' || !status.pid) throw new Error(`process ${name} does not run here`);
    // until chpst has run, the process is in the group of its supervisor
    const target = leadsGroup(status.pid) ? -status.pid : status.pid;
    // a kill needs no undo: its supervisor starts it again
    if (signal === 'STOP') {
      // not with `--`: Debian's sh does not know it. A process that is gone is as good as one that goes on
      const undo = `kill -CONT ${target} 2>/dev/null || ! kill -0 ${target} 2>/dev/null`;
      await armUndo(this.#paths.faults, drill, undo, undoAfterMs);
    }
    process.kill(target, `SIG${signal}`);
    return `SIG${signal} sent to ${name}, pid ${status.pid}`;
  }

  async #cut(drill: string, from: 'director' | 'all', undoAfterMs: number): Promise<string> {
    const table = `tessera-${drill}`;
    await armUndo(this.#paths.faults, drill, undoScript(table), undoAfterMs);
    try {
      const rules = from === 'director' ? cutFromAddress(table, this.#gateway) : cutInterface(table, uplink());
      await this.#run('nft', ['-f', '-'], rules);
    } catch (thrown) {
      await this.undo(drill);
      throw thrown;
    }
    return from === 'director' ? `no packet to or from ${this.#gateway}` : `no packet to or from this VM's network`;
  }
}

/** Exits with 0 when no table is left, whether it or another deleted them. */
function undoScript(table: string): string {
  return lines([
    'left=0',
    'for family in inet arp; do',
    `  nft delete table $family ${table} 2>/dev/null`,
    `  nft list table $family ${table} >/dev/null 2>&1 && left=1`,
    'done',
    'exit $left',
  ]);
}

/** Before connection tracking, so that connections that stand break too. */
export function cutFromAddress(table: string, address: string): string {
  return lines([
    `table inet ${table} {`,
    ` chain in { type filter hook prerouting priority -400; ip saddr ${address} drop; }`,
    ` chain out { type filter hook output priority -400; ip daddr ${address} drop; }`,
    '}',
  ]);
}

/** As when the cable is out: what pods and programs of this VM say to each other still arrives. ARP too, or it would defend a shared address. */
export function cutInterface(table: string, name: string): string {
  return lines([
    `table inet ${table} {`,
    ` chain in { type filter hook prerouting priority -400; iifname "${name}" drop; }`,
    ` chain out { type filter hook postrouting priority 400; oifname "${name}" drop; }`,
    '}',
    `table arp ${table} {`,
    ' chain in { type filter hook input priority 0; drop; }',
    ' chain out { type filter hook output priority 0; drop; }',
    '}',
  ]);
}

/** The interface of the default route. */
function uplink(): string {
  const rows = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
  const found = rows.map((row) => row.split('\t')).find(([, destination]) => destination === '00000000')?.[0];
  if (!found) throw new Error('this VM has no default route, so no network to cut it from');
  return found;
}

function runProgram(program: string, args: string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], timeout: PROGRAM_MS });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
    });
    child.once('error', reject);
    // a program that ends before it read all closes the pipe; its exit code tells
    child.stdin.on('error', () => undefined);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with exit ${code}: ${said.trim() || 'no output'}`));
    });
    child.stdin.end(input);
  });
}

const lines = (all: string[]): string => `${all.join('\n')}\n`;
