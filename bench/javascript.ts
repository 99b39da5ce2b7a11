import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Benchmark, Figures, type Outcome } from './figure.ts';

const root = path.join(import.meta.dirname, '..');
const line = /^(\S+)\s+JavaScript ([\d.]+) of ([\d.]+) KiB, CSS ([\d.]+) of ([\d.]+) KiB$/;

/** Bytes, not times: the figures of bin/check-budget.ts, which fails the checks when a page outgrows bench/budget.json. */
export const javascript: Benchmark = {
  summary: 'JavaScript and CSS that a browser loads before a page works, after gzip',
  run: async (): Promise<Outcome> => {
    const script = path.join(root, 'bin', 'check-budget.ts');
    // a page over its budget makes the script fail; its size is a figure all the same
    const { stdout } = spawnSync(process.execPath, [script], { cwd: root, encoding: 'utf8' });
    const figures = new Figures();
    for (const text of stdout.split('\n')) {
      const [, route, size, limit, css, cssLimit] = line.exec(text) ?? [];
      if (route === undefined) continue;
      figures.add(`${route} JavaScript`, 'KiB', Number(size), { limit: Number(limit), by: 'every' });
      figures.add(`${route} CSS`, 'KiB', Number(css), { limit: Number(cssLimit), by: 'every' });
    }
    if (figures.list().length === 0) throw new Error(`bin/check-budget.ts told no sizes: ${stdout}`);
    return { figures: figures.list(), runs: [], notes: [] };
  },
};
