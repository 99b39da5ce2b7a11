import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { armUndo, undoFaults } from './dead-man.ts';
import { cutFromAddress, cutInterface, Faults } from './faults.ts';
import { agentPaths } from './paths.ts';
import { probePeers } from './probe-peer.ts';

let root: string;
const until = (look: () => unknown) => expect.poll(look, { timeout: 8000, interval: 20 }).toBe(true);
const left = () => (existsSync(agentPaths(root).faults) ? readdirSync(agentPaths(root).faults) : []);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tessera-faults-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('an armed undo', () => {
  const faults = () => agentPaths(root).faults;
  const done = () => join(root, 'done');

  test('comes when its time is over, and nothing of it is left', async () => {
    await armUndo(faults(), 'd1', `echo undone >> '${done()}'`, 300);
    expect(existsSync(done())).toBe(false);
    await until(() => existsSync(done()) && left().length === 0);
    expect(readFileSync(done(), 'utf8')).toBe('undone\n');
  });

  test('comes although who armed it, and all of its group, was killed', async () => {
    const code = `import { armUndo } from '${join(import.meta.dirname, 'dead-man.ts')}';
      await armUndo('${faults()}', 'd1', "touch '${done()}'", 700);
      console.log('armed');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    expect(existsSync(done())).toBe(false);
    await until(() => existsSync(done()));
  });

  test('comes at once when asked for, only for its drill, and its dead man is gone', async () => {
    const { folder } = await armUndo(faults(), 'd1', `echo d1 >> '${done()}'`, 60_000);
    await armUndo(faults(), 'd12', `echo d12 >> '${done()}'`, 60_000);
    const pid = readFileSync(join(folder, 'pid'), 'utf8');
    expect(await undoFaults(faults(), 'd1')).toBe(1);
    expect(readFileSync(done(), 'utf8')).toBe('d1\n');
    await until(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
    expect(await undoFaults(faults(), 'd1')).toBe(0);
    expect(left()).toHaveLength(1);
    expect(await undoFaults(faults(), 'd12')).toBe(1);
  });

  test('is tried again until it works', async () => {
    await armUndo(faults(), 'd1', `[ -e '${root}/allowed' ] && touch '${done()}'`, 100);
    await systemClock.sleep(600);
    await expect(undoFaults(faults(), 'd1')).rejects.toThrow('undo ended with exit 1');
    expect(left()).toHaveLength(1);
    writeFileSync(join(root, 'allowed'), '');
    await until(() => existsSync(done()) && left().length === 0);
  });
});

describe('a probe of peers', () => {
  const SERVER = `
    const http = require('node:http'), net = require('node:net');
    const a = http.createServer((_, answer) => answer.writeHead(401).end());
    const b = net.createServer((socket) => { socket.on('error', () => {}); socket.write('hello'); });
    const c = net.createServer((socket) => socket.on('error', () => {}));
    const ports = [a, b, c].map((one) => new Promise((resolve) => one.listen(0, '127.0.0.1', () => resolve(one.address().port))));
    Promise.all(ports).then((all) => console.log(JSON.stringify(all)));`;

  test('counts only what a program says itself: a stopped one accepts connections and is no answer', async () => {
    const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const text = await new Promise<string>((resolve) =>
        server.stdout.once('data', (bytes) => resolve(String(bytes))),
      );
      const [web = 0, talker = 0, mute = 0] = (JSON.parse(text) as unknown[]).map(Number);
      const host = '127.0.0.1';
      const targets = [
        { host, port: web, path: '/healthz', tls: false },
        { host, port: talker, path: null, tls: false },
        { host, port: mute, path: null, tls: false },
        { host, port: mute, path: null, tls: true },
        { host, port: web, path: '/', tls: true },
        { host, port: 1, path: '/', tls: false },
      ];
      expect(await probePeers(targets, 500)).toEqual([true, true, false, false, false, false]);
      server.kill('SIGSTOP');
      await until(() => stateOf(server.pid ?? 0) === 'T');
      expect(await probePeers(targets, 300)).toEqual([false, false, false, false, false, false]);
      server.kill('SIGCONT');
      expect((await probePeers(targets.slice(0, 2), 2000)).every(Boolean)).toBe(true);
    } finally {
      server.kill('SIGKILL');
    }
  });
});

describe('faults', () => {
  test('halt runs the program that stops the VM, after the answer', async () => {
    const paths = agentPaths(root);
    mkdirSync(join(root, 'usr/local/sbin'), { recursive: true });
    writeFileSync(paths.halt, `#!/bin/sh\ntouch '${root}/halted'\n`, { mode: 0o755 });
    expect(await new Faults({ paths, gateway: '127.0.0.1' }).inject('d1', { kind: 'halt' }, 1000)).toBe('the VM halts');
    expect(existsSync(join(root, 'halted'))).toBe(false);
    await until(() => existsSync(join(root, 'halted')));
  });

  test('a signal to a process that does not run is refused, and nothing is armed', async () => {
    const faults = new Faults({ paths: agentPaths(root), gateway: '127.0.0.1' });
    const fault = { kind: 'signal-process', process: 'etcd', signal: 'STOP' } as const;
    await expect(faults.inject('d1', fault, 1000)).rejects.toThrow('process etcd does not run here');
    expect(left()).toEqual([]);
  });

  test('a cut that cannot be made is undone', async () => {
    const asked: string[] = [];
    const run = async (program: string) => {
      asked.push(program);
      throw new Error('nft ended with exit 1');
    };
    const faults = new Faults({ paths: agentPaths(root), gateway: '192.0.2.1', run });
    await expect(faults.inject('d1', { kind: 'cut-network', from: 'director' }, 60_000)).rejects.toThrow('nft ended');
    expect(asked).toEqual(['nft']);
    expect(left()).toEqual([]);
  });

  // a network namespace of its own: rules on this machine's loopback would cut whoever else works here
  const canUnshare = spawnSync('unshare', ['-n', 'nft', 'list', 'tables']).status === 0;

  test.skipIf(!canUnshare)('the rules are such as the kernel takes', () => {
    for (const rules of [cutFromAddress('tessera-d1', '10.0.0.1'), cutInterface('tessera-d1', 'eth0')]) {
      execFileSync('unshare', ['-n', 'nft', '-c', '-f', '-'], { input: rules });
    }
  });

  test.skipIf(!canUnshare)(
    'a cut from the director lets nothing through to its address, all else, and ends by itself',
    () => {
      const code = `
      import { Faults } from '${join(import.meta.dirname, 'faults.ts')}';
      import { agentPaths } from '${join(import.meta.dirname, 'paths.ts')}';
      import { createServer, connect } from 'node:net';
      import { execFileSync } from 'node:child_process';
      const opens = (host) => new Promise((resolve) => {
        const socket = connect({ host, port: 7000 });
        const end = (open) => { socket.destroy(); resolve(open); };
        socket.once('connect', () => end(true)).once('error', () => end(false));
        setTimeout(() => end(false), 1000);
      });
      const server = createServer().listen(7000, '0.0.0.0');
      await new Promise((resolve) => server.once('listening', resolve));
      const faults = new Faults({ paths: agentPaths('${root}'), gateway: '10.99.0.1' });
      const look = async () => [await opens('10.99.0.1'), await opens('10.99.0.2')];
      const seen = [await look()];
      await faults.inject('d1', { kind: 'cut-network', from: 'director' }, 20_000);
      seen.push(await look());
      await faults.undo('d1');
      seen.push(await look());
      await faults.inject('d1', { kind: 'cut-network', from: 'director' }, 4000);
      seen.push(await look());
      await new Promise((resolve) => setTimeout(resolve, 4500));
      seen.push(await look(), await faults.undo('d1'));
      seen.push(execFileSync('nft', ['list', 'tables']).toString());
      console.log(JSON.stringify(seen));
      process.exit(0);`;
      const script = `ip link set lo up && ip addr add 10.99.0.1/32 dev lo && ip addr add 10.99.0.2/32 dev lo && exec '${process.execPath}' --input-type=module -e "$1"`;
      const said = execFileSync('unshare', ['-n', 'sh', '-c', script, 'sh', code], { timeout: 20_000 });
      expect(JSON.parse(said.toString())).toEqual([
        [true, true],
        [false, true],
        [true, true],
        [false, true],
        [true, true],
        0,
        '',
      ]);
    },
  );
});

/** Letter of /proc/<pid>/stat: T is stopped. */
function stateOf(pid: number): string | undefined {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[0];
}
