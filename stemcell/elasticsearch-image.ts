import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheEntry } from './cache-entry.ts';
import { findDebianSource } from './debian-source.ts';
import { downloadFile } from './download-file.ts';
import { wrapLayer } from './image-archive.ts';
import { ELASTICSEARCH, IMAGE_REGISTRY } from './lines.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';
import { unzipTree } from './unzip-tree.ts';

const ARCHIVE = 'elasticsearch.tar';
/** The user that Elasticsearch runs as: it refuses root, and writes its keystore beside its configuration. */
const USER = 1000;
const JRE = 'openjdk-21-jre-headless';
const JAVA_HOME = '/usr/lib/jvm/java-21-openjdk-amd64';
/** Read by no program in the image. The folders of manual pages stay: the JRE's installation makes links in them, and fails without. */
const EXCLUDES = ['/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*', '/usr/share/lintian/*'];
/** What of the system is needed to run a Java program from a shell script. */
const KEPT = ['./usr', './etc', './bin', './lib', './lib64', './sbin'];
const RECIPE = ['elasticsearch-image.ts', 'image-archive.ts', 'images/elasticsearch.yml'];
const BYTES_IN_MIB = 1 << 20;

export type ElasticsearchSources = { suite: string; debianMirror: string; mavenMirror: string };

/** Path of the docker-archive of Elasticsearch, from the cache or made now: about a minute, 57 MB from Maven Central and 350 MB in all. */
export async function buildElasticsearchImage(sources: ElasticsearchSources, context: BuildContext): Promise<string> {
  const recipe = await Promise.all(RECIPE.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
  const inputs = { elasticsearch: ELASTICSEARCH.sha256, suite: sources.suite, jre: JRE, recipe };
  const entry = await cacheEntry(
    { kind: 'sample-images', inputs, build: (folder) => make(folder, sources, context) },
    context,
  );
  return join(entry.folder, ARCHIVE);
}

async function make(folder: string, sources: ElasticsearchSources, context: BuildContext): Promise<void> {
  const { signal } = context;
  const say = (done: number, message: string) => context.progress({ stage: 'elasticsearch', done, total: 4, message });
  const work = join(folder, 'work');
  await mkdir(work);
  say(0, `downloading Elasticsearch ${ELASTICSEARCH.version} from Maven Central`);
  await download(join(work, 'elasticsearch.zip'), sources.mavenMirror, context);
  const tree = join(work, 'tree');
  await unzipTree(join(work, 'elasticsearch.zip'), tree);
  await rename(join(tree, `elasticsearch-${ELASTICSEARCH.version}`), join(tree, 'es'));
  say(1, `installing ${JRE} of Debian ${sources.suite}`);
  const system = join(work, 'system.tar');
  await installJre(system, work, sources, context);
  say(2, 'putting the image together');
  const root = join(work, 'root');
  await mkdir(root);
  await runCommand('tar', ['-xf', system, '-C', root, ...KEPT], { signal });
  await rm(system);
  const layer = join(work, 'layer.tar');
  const owned = ['--numeric-owner', '--mtime=@0', '--sort=name'];
  await runCommand('tar', ['-cf', layer, ...owned, '-C', root, '.'], { signal });
  await prepareConfiguration(join(tree, 'es'));
  const own = [`--owner=${USER}`, `--group=${USER}`, ...owned];
  await runCommand('tar', ['--append', '--file', layer, ...own, '-C', tree, './es'], { signal });
  say(3, 'writing the archive');
  const image = {
    name: `${IMAGE_REGISTRY}/elasticsearch:${ELASTICSEARCH.version}`,
    entrypoint: ['/bin/bash', '/es/bin/elasticsearch'],
    env: [`ES_JAVA_HOME=${JAVA_HOME}`, `ES_JAVA_OPTS=${JAVA_OPTIONS}`],
    user: `${USER}:${USER}`,
    exposedPorts: ['9200/tcp'],
  };
  await wrapLayer(join(folder, ARCHIVE), image, layer, signal);
  await rm(work, { recursive: true });
  say(4, 'the image of Elasticsearch is ready');
}

/** A small heap and the collector with the smallest footprint: the sample has two documents. */
const JAVA_OPTIONS = '-Xms192m -Xmx192m -XX:-UseG1GC -XX:+UseSerialGC -XX:TieredStopAtLevel=1';

async function download(zip: string, mirror: string, context: BuildContext): Promise<void> {
  const base = (mirror || ELASTICSEARCH.repository).replace(/\/$/, '');
  await downloadFile(`${base}/${ELASTICSEARCH.path}`, zip, {
    signal: context.signal,
    sha256: ELASTICSEARCH.sha256,
    onBytes: (done, total) =>
      context.progress({
        stage: 'elasticsearch',
        done: Math.round(done / BYTES_IN_MIB),
        total: Math.round(total / BYTES_IN_MIB),
        message: 'MiB of Elasticsearch',
      }),
  });
}

async function installJre(
  tar: string,
  work: string,
  sources: ElasticsearchSources,
  context: BuildContext,
): Promise<void> {
  const args = [
    '--variant=minbase',
    '--architectures=amd64',
    '--format=tar',
    `--include=${JRE}`,
    ...EXCLUDES.map((path) => `--dpkgopt=path-exclude=${path}`),
    sources.suite,
    tar,
    ...(await findDebianSource(sources.suite, sources.debianMirror, context.signal)),
  ];
  await runCommand('unshare', ['--mount', '--propagation=private', 'mmdebstrap', ...args], {
    signal: context.signal,
    env: { TMPDIR: work, LC_ALL: 'C.UTF-8' },
    onLine: (line) => {
      if (line.startsWith('I: '))
        context.progress({ stage: 'elasticsearch', done: 0, total: 0, message: line.slice('I: '.length) });
    },
  });
}

async function prepareConfiguration(es: string): Promise<void> {
  await copyFile(new URL('images/elasticsearch.yml', import.meta.url), join(es, 'config', 'elasticsearch.yml'));
}
