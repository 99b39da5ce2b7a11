import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { systemClock } from './clock.ts';
import { agentPaths } from './paths.ts';
import { printLog, sentence } from './print-log.ts';
import { startAgent } from './start-agent.ts';

/** `node agent.mjs [--root <folder>]`: the agent of a VM, in the foreground until SIGTERM. Processes run on when it ends. */
const { values } = parseArgs({ options: { root: { type: 'string', default: '/' } } });
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());

try {
  await startAgent({
    paths: agentPaths(values.root),
    clock: systemClock,
    log: printLog,
    newId: randomUUID,
    signal: stop.signal,
  });
  process.exit(0);
} catch (thrown) {
  printLog('error', 'agent ended', { error: sentence(thrown) });
  process.exit(1);
}
