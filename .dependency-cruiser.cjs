// Who may import whom. architecture.test.ts plants one violation of every rule and asserts that it is reported: with
// TypeScript 7 and without @swc/core this tool reads no file and is content.

/** Tests and what sets them up: `x.test.ts`, `x-fixture.ts`. */
const tests = '(\\.test|-fixture)\\.ts$';
/** Folders of server/ that are no domain rooms. */
const machinery = '^server/(platform|workflows|cpi|gateway|installer|routers|api|director)/';

/** One rule: files under `from` may not import files under `to`. */
function forbid(name, comment, from, to) {
  return {
    name,
    comment,
    severity: 'error',
    from: { pathNot: [tests], ...from },
    to,
  };
}

/** One rule: of this repository's own files, those under `from` may import only `allowed`. */
function confine(name, comment, from, allowed) {
  return forbid(name, comment, from, { path: ownFiles, pathNot: allowed });
}

const ownFiles =
  '^(model|tiles|db|server|agent|stemcell|cli|app|components|e2e|bench|bin)/|^(proxy|instrumentation)\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle, also one of types only, makes two files one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'A file that nothing imports and that imports nothing is dead or misplaced.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '\\.config\\.(ts|mjs)$',
          '^app/.*(page|layout|route|error|global-error|not-found|loading|default|template)\\.tsx?$',
          '^(proxy|instrumentation)\\.ts$',
          '^bin/(set-up|start)\\.mjs$',
          '^\\.ci/',
        ],
      },
      to: {},
    },
    {
      name: 'not-resolvable',
      comment: 'The import names a file or package that is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^server-only$'] },
    },
    {
      name: 'no-vague-name',
      comment: 'If no better name fits, the thing is not understood yet.',
      severity: 'error',
      from: {},
      to: {
        path: '(^|/)(utils?|helpers?|common|shared|misc|lib|types|manager|service)(/|\\.[cm]?[jt]sx?$)',
        pathNot: ['^node_modules/'],
      },
    },
    {
      name: 'no-index',
      comment: 'Import the file that holds the thing.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)index\\.[cm]?[jt]sx?$', pathNot: ['node_modules/'] },
    },

    confine('model-is-pure', 'The words of the field depend on nothing but zod.', { path: '^model/' }, ['^model/']),
    forbid(
      'model-packages',
      'No I/O and no package but zod in the model.',
      { path: '^model/' },
      {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot: ['node_modules/zod/'],
      },
    ),
    confine('tiles-are-data', 'A tile is data.', { path: '^tiles/' }, ['^model/', '^tiles/']),
    confine('db-below-server', 'Tables know the model only.', { path: '^db/' }, ['^model/', '^db/']),
    confine(
      'platform-below-rooms',
      'The platform knows no room; vault and lease keep rows of their own.',
      { path: '^server/platform/' },
      ['^model/', '^db/', '^server/platform/'],
    ),
    forbid(
      'domain-below-doors',
      'Rules do not know who calls them.',
      { path: '^server/', pathNot: [machinery, tests] },
      {
        path: '^(server/(routers|api|director)|app|components|cli|e2e|bench|bin|agent)/',
        pathNot: ['^agent/(protocol|timing)\\.ts$'],
      },
    ),
    forbid(
      'domain-enqueues-only',
      'Rooms reach workflows through client.ts and names.ts.',
      { path: '^server/', pathNot: ['^server/(workflows|director)/', tests] },
      { path: '^server/workflows/', pathNot: ['^server/workflows/(client|names)\\.ts$'] },
    ),
    forbid(
      'effects-come-as-arguments',
      'Rooms know the CPI and the agents by their interfaces.',
      { path: '^server/', pathNot: [machinery, tests] },
      { path: '^server/(cpi|gateway)/', pathNot: ['^server/cpi/cpi\\.ts$', '^server/gateway/call-agent\\.ts$'] },
    ),
    forbid(
      'engine-room-below-doors',
      'CPI, gateway and installer serve workflows and know no door.',
      { path: '^server/(cpi|gateway|installer)/' },
      { path: '^(server/(routers|api|director|workflows)|app|components|cli|bin|e2e)/' },
    ),
    forbid(
      'drivers-apart',
      'A CPI driver does not know the others.',
      { path: '^server/cpi/([^/]+)/' },
      { path: '^server/cpi/([^/]+)/', pathNot: ['^server/cpi/$1/'] },
    ),
    forbid(
      'workflows-below-doors',
      'Workflows know no door.',
      { path: '^server/workflows/' },
      { path: '^(server/(routers|api|director)|app|components|cli|bin|e2e)/' },
    ),
    forbid(
      'doors-get-a-context',
      'Routers and REST dialects call domain functions; pool and queries come in a context.',
      { path: '^server/(routers|api)/' },
      { path: '^(db/schema|server/(cpi|gateway|installer|director)|app|components|cli)/|node_modules/drizzle-orm' },
    ),
    forbid(
      'app-calls-callers',
      'Pages reach the server through caller.ts; route handlers through their adapters.',
      { path: '^app/', pathNot: ['^app/api/', '^app/uaa/', tests] },
      { path: '^(server|db|agent|stemcell|cli|bin)/', pathNot: ['^server/routers/caller\\.ts$'] },
    ),
    forbid(
      'components-know-types-only',
      'Of the server, a component knows the type of the router.',
      { path: '^components/' },
      { path: '^(server|db|agent|stemcell|cli|bin|app)/', pathNot: ['^server/routers/app-router\\.ts$'] },
    ),
    confine('cli-over-http', 'The CLI knows the model and speaks HTTP.', { path: '^cli/' }, ['^model/', '^cli/']),
    confine('agent-stands-alone', 'The agent is one bundled file that knows the model.', { path: '^agent/' }, [
      '^model/',
      '^agent/',
    ]),
    confine('stemcell-stands-alone', 'The stemcell is built by files of its own.', { path: '^stemcell/' }, [
      '^model/',
      '^stemcell/',
      '^server/platform/',
    ]),
    confine(
      'launcher-knows-seams',
      'The launcher knows the database, the configuration and how to destroy VMs.',
      { path: '^bin/' },
      [
        '^bin/',
        '^db/',
        '^model/',
        '^server/platform/',
        '^server/cpi/container/destroy\\.ts$',
        // `tessera tile build` runs here, because the CLI itself speaks HTTP only
        '^server/products/pack-product\\.ts$',
      ],
    ),
    forbid(
      'outside-over-http',
      'Tests of the whole and benchmarks use what everyone can use.',
      { path: '^(e2e|bench)/' },
      { path: '^(server|app|components|agent)/', pathNot: ['^server/cpi/simulated/'] },
    ),
    forbid(
      'nothing-imports-app',
      'Pages are entries.',
      { path: ownFiles, pathNot: ['^app/', tests] },
      { path: '^app/' },
    ),
    forbid(
      'agent-is-an-entry',
      'Of the agent, the director knows the protocol and its timing.',
      { path: ownFiles, pathNot: ['^agent/', tests] },
      { path: '^agent/', pathNot: ['^agent/(protocol|timing)\\.ts$'] },
    ),
    forbid(
      'only-tests-know-tests',
      'Test set-up is no part of the product.',
      { path: ownFiles, pathNot: [tests, '^db/template\\.ts$', '^e2e/'] },
      { path: '^db/(test-database|template)\\.ts$|(\\.test|-fixture)\\.ts$' },
    ),

    forbid(
      'engine-in-workflows',
      'Only the director runs the workflow engine.',
      { path: ownFiles, pathNot: ['^server/(workflows|director)/', tests] },
      { path: 'node_modules/@dbos-inc/' },
    ),
    forbid(
      'react-in-pages',
      'React and Next stay in app and components.',
      { path: ownFiles, pathNot: ['^(app|components)/', '^(proxy|instrumentation)\\.ts$', tests] },
      { path: 'node_modules/(next|react|react-dom)/' },
    ),
    forbid(
      'one-link',
      'Links of the console fetch nothing ahead: components/ui/link.tsx.',
      { path: '^(app|components)/', pathNot: ['^components/ui/link\\.tsx$'] },
      { path: 'node_modules/next/link\\.' },
    ),
    forbid(
      'sql-in-server',
      'Database packages stay below the server.',
      { path: '^(app|components|model|tiles|agent|cli|stemcell)/' },
      { path: 'node_modules/(pg|drizzle-orm|@types/pg)/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^(node_modules/(?!(zod|next|react|react-dom|pg|@types/pg|drizzle-orm|@dbos-inc)/)|\\.next|fixtures)',
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};
