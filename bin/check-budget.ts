// What a browser must load before a page works, in KiB after gzip, against bench/budget.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { buildConsole } from './build-console.ts';
import { cacheFolder } from './installation.ts';

const root = path.join(import.meta.dirname, '..');
const budgetFile = path.join(root, 'bench', 'budget.json');

/** KiB by route as Next names it, and for all style sheets of a page together. */
const budgetSchema = z.strictObject({ javascript: z.record(z.string(), z.number()), css: z.number() });
const buildManifest = z.object({ rootMainFiles: z.array(z.string()) });
const routesManifest = z.record(z.string(), z.string());
const clientManifest = z.object({
  entryJSFiles: z.record(z.string(), z.array(z.string())),
  entryCSSFiles: z.record(z.string(), z.array(z.object({ path: z.string() }))),
});

const build = path.join(await buildConsole(cacheFolder()), '.next');
const budget = budgetSchema.parse(readJson(budgetFile));
const sharedFiles = buildManifest.parse(readJson(path.join(build, 'build-manifest.json'))).rootMainFiles;
const faults: string[] = [];

for (const [route, limit] of Object.entries(budget.javascript)) {
  const size = sizeOf(route);
  if (!size) {
    faults.push(`${route} is in bench/budget.json, but the build has no such page.`);
    continue;
  }
  process.stdout.write(
    `${route.padEnd(32)} JavaScript ${size.javascript} of ${limit} KiB, CSS ${size.css} of ${budget.css} KiB\n`,
  );
  if (size.javascript > limit)
    faults.push(`${route} loads ${size.javascript} KiB of JavaScript; its budget is ${limit} KiB.`);
  if (size.css > budget.css) faults.push(`${route} loads ${size.css} KiB of CSS; the budget is ${budget.css} KiB.`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** First load of one route, or undefined when the build has no such page. */
function sizeOf(route: string): { javascript: number; css: number } | undefined {
  const routes = routesManifest.parse(readJson(path.join(build, 'app-path-routes-manifest.json')));
  const page = Object.keys(routes).find((key) => routes[key] === route && key.endsWith('/page'));
  if (!page) return undefined;
  const manifest = readClientManifest(path.join(build, 'server', 'app', `${page}_client-reference-manifest.js`), page);
  const scripts = [...sharedFiles, ...Object.values(manifest.entryJSFiles).flat()];
  const styles = Object.values(manifest.entryCSSFiles).flatMap((files) => files.map((file) => file.path));
  return { javascript: kibibytes(scripts), css: kibibytes(styles) };
}

/** A script that assigns one object literal to a global: `globalThis.__RSC_MANIFEST["/page"] = {…};`. */
function readClientManifest(file: string, page: string): z.infer<typeof clientManifest> {
  const text = readFileSync(file, 'utf8');
  const mark = `${JSON.stringify(page)}]`;
  const begin = text.indexOf('{', text.indexOf(mark));
  return clientManifest.parse(JSON.parse(text.slice(begin).trim().replace(/;$/, '')));
}

function kibibytes(files: string[]): number {
  const present = [...new Set(files)].filter((file) => existsSync(path.join(build, file)));
  const bytes = present.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(build, file))).length, 0);
  if (present.length === 0 && files.length > 0)
    faults.push(`None of ${files.join(', ')} is in ${readdirSync(build).join(', ')}.`);
  return Math.round(bytes / 102.4) / 10;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
