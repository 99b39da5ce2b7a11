import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = import.meta.dirname;
const config = path.join(root, '.dependency-cruiser.cjs');
const ruleSet: { forbidden: { name: string }[] } = createRequire(import.meta.url)(config);

interface Cruise {
  modules: { source: string; followable?: boolean; coreModule?: boolean }[];
  summary: { violations: { from: string; rule: { name: string } }[] };
}

/** One file per rule that breaks it, with what it imports. Files that are imported and not listed are made empty. */
const violations: Record<string, { file: string; imports: string[] }> = {
  'no-circular': { file: 'server/clusters/chicken.ts', imports: ['./egg.ts'] },
  'no-orphan': { file: 'server/clusters/forgotten.ts', imports: [] },
  'not-resolvable': { file: 'server/clusters/missing.ts', imports: ['./nowhere-to-be-found.ts'] },
  'no-vague-name': { file: 'server/clusters/vague.ts', imports: ['./helpers.ts'] },
  'no-index': { file: 'server/clusters/barrel.ts', imports: ['../drills/index.ts'] },
  'model-is-pure': { file: 'model/impure.ts', imports: ['../db/client.ts'] },
  'model-packages': { file: 'model/reader.ts', imports: ['node:fs'] },
  'tiles-are-data': { file: 'tiles/p-bosh/code.ts', imports: ['../../server/clusters/plan.ts'] },
  'db-below-server': { file: 'db/upward.ts', imports: ['../server/clusters/plan.ts'] },
  'platform-below-rooms': { file: 'server/platform/upward.ts', imports: ['../clusters/plan.ts'] },
  'domain-below-doors': { file: 'server/clusters/upward.ts', imports: ['../routers/clusters.ts'] },
  'domain-enqueues-only': { file: 'server/clusters/runs.ts', imports: ['../workflows/create-cluster.ts'] },
  'effects-come-as-arguments': { file: 'server/clusters/acts.ts', imports: ['../cpi/container/create-vm.ts'] },
  'engine-room-below-doors': { file: 'server/installer/upward.ts', imports: ['../workflows/create-cluster.ts'] },
  'drivers-apart': { file: 'server/cpi/container/peeks.ts', imports: ['../simulated/create-vm.ts'] },
  'workflows-below-doors': { file: 'server/workflows/upward.ts', imports: ['../api/app.ts'] },
  'doors-get-a-context': { file: 'server/routers/direct.ts', imports: ['../../db/schema/clusters.ts'] },
  'app-calls-callers': { file: 'app/direct.tsx', imports: ['../server/clusters/plan.ts'] },
  'components-know-types-only': { file: 'components/clusters/direct.tsx', imports: ['../../server/clusters/plan.ts'] },
  'cli-over-http': { file: 'cli/direct.ts', imports: ['../server/clusters/plan.ts'] },
  'agent-stands-alone': { file: 'agent/direct.ts', imports: ['../server/clusters/plan.ts'] },
  'stemcell-stands-alone': { file: 'stemcell/direct.ts', imports: ['../server/clusters/plan.ts'] },
  'launcher-knows-seams': { file: 'bin/direct.ts', imports: ['../server/clusters/plan.ts'] },
  'outside-over-http': { file: 'e2e/direct.ts', imports: ['../server/clusters/plan.ts'] },
  'nothing-imports-app': { file: 'components/clusters/page-user.tsx', imports: ['../../app/page.tsx'] },
  'agent-is-an-entry': { file: 'server/gateway/reaches.ts', imports: ['../../agent/runit.ts'] },
  'only-tests-know-tests': { file: 'db/tested.ts', imports: ['./test-database.ts'] },
  'engine-in-workflows': { file: 'server/clusters/engine.ts', imports: ['@dbos-inc/dbos-sdk'] },
  'react-in-pages': { file: 'server/clusters/view.ts', imports: ['react'] },
  'one-link': { file: 'components/clusters/prefetches.tsx', imports: ['next/link'] },
  'sql-in-server': { file: 'components/clusters/query.tsx', imports: ['pg'] },
};

async function cruise(folder: string, targets: string[]): Promise<Cruise> {
  const cli = path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
  const args = [cli, '--config', config, '--output-type', 'json', ...targets];
  const run = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(run.stdout);
}

describe('the import rules', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-architecture-'));
  let found: Cruise;

  beforeAll(async () => {
    for (const { file, imports } of Object.values(violations)) {
      put(file, imports.map((name) => `import '${name}';`).join('\n'));
      for (const name of imports.filter((one) => one.startsWith('.') && !one.includes('nowhere'))) {
        put(path.join(path.dirname(file), name), 'export {};');
      }
    }
    put('server/clusters/egg.ts', "import './chicken.ts';");
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    writeFileSync(path.join(folder, 'tsconfig.json'), '{}');
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
    const rooms = ['model', 'tiles', 'db', 'server', 'app', 'components', 'cli', 'agent', 'stemcell', 'bin', 'e2e'];
    found = await cruise(folder, rooms);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function put(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${text}\n`);
  }

  it('have a planted violation each', () => {
    expect(Object.keys(violations).toSorted()).toEqual(ruleSet.forbidden.map((rule) => rule.name).toSorted());
  });

  it.each(Object.entries(violations))('%s is reported', (rule, { file }) => {
    const reported = found.summary.violations.filter((one) => one.from === file).map((one) => one.rule.name);
    expect(reported).toContain(rule);
  });
});

describe('this repository', () => {
  const onDisk = globSync('**/*.{ts,tsx}', {
    cwd: root,
    exclude: (name) => /^(node_modules|\.next|\.git|fixtures|next-env\.d\.ts)(\/|$)/.test(name),
  });

  it('is really read by the import check', async () => {
    const rooms = [...new Set(onDisk.map((file) => file.split('/')[0] ?? file))];
    const { modules } = await cruise(root, rooms);
    const read = new Set(modules.map((module) => module.source));
    const unread = onDisk.filter((file) => !read.has(file));
    expect(onDisk.length).toBeGreaterThan(100);
    expect(unread.length / onDisk.length, `not read: ${unread.join(', ')}`).toBeLessThan(0.05);
  });

  it('imports the router into browser code as a type only', () => {
    const values = onDisk
      .filter((file) => file.startsWith('components/'))
      .filter((file) => /^import (?!type\b)[^;]*from '#server\//m.test(readFileSync(path.join(root, file), 'utf8')));
    expect(values).toEqual([]);
  });

  it('has no file or folder with a name that says nothing', () => {
    const vague = /(^|\/)(utils?|helpers?|common|shared|misc|lib|types|manager|service)(\/|\.)/;
    expect(onDisk.filter((file) => vague.test(file))).toEqual([]);
  });
});
