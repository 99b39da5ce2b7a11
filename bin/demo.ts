import { spawn } from 'node:child_process';
import path from 'node:path';
import { say } from './say.ts';

const root = path.join(import.meta.dirname, '..');

/** `npm start -- --demo [file]`: the whole main job unattended, against the console that has just come up. */
export async function runDemo(args: string[], state: string, address: string): Promise<void> {
  const flag = args.indexOf('--demo');
  if (flag === -1) return;
  const child = spawn(process.execPath, [path.join(root, 'cli', 'demo.ts'), ...args.slice(flag + 1)], {
    cwd: root,
    env: { ...process.env, TESSERA_STATE: state, TESSERA_URL: address },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code === 0) return;
  say(`the demo ended early (code ${code}); Tessera keeps running at ${address}`);
}
