import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the launcher decided once for this state folder: written to `installation.json`. */
export const InstallationFile = z.strictObject({
  /** Six hex digits; labels, bridge and network names derive from it. */
  id: z.string().regex(/^[0-9a-f]{6}$/),
  /** The VM network of embedded infrastructure. */
  subnet: z.strictObject({ cidr: z.string(), gateway: z.string() }),
  ports: z.strictObject({
    console: z.number().int(),
    postgres: z.number().int(),
    /** On the gateway address: agents (WSS + spec) and the REST listener behind the API VMs. */
    gateway: z.number().int(),
    rest: z.number().int(),
  }),
});
export type InstallationFile = z.infer<typeof InstallationFile>;

const Environment = z.object({
  TESSERA_STATE: z.string().default('/var/lib/tessera'),
  TESSERA_CACHE: z.string().default('/var/cache/tessera'),
  DATABASE_URL: z
    .string({ error: 'DATABASE_URL is not set; start Tessera with npm start, or give a PostgreSQL URL' })
    .min(1),
  TESSERA_CPI: z.enum(['container', 'simulated']).default('container'),
  TESSERA_CONTAINER_SOCKET: z.string().optional(),
  TESSERA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  TESSERA_UNLOCK: z.enum(['file', 'prompt']).default('file'),
  /** Base URL of a mirror of official Kubernetes release files; empty = the default, `none` = always build from Go modules. */
  TESSERA_KUBERNETES_MIRROR: z.string().default(''),
  /** Base URL of a Debian archive for the stemcell's packages; empty = what this machine's apt uses, else the public one. */
  TESSERA_DEBIAN_MIRROR: z.string().default(''),
  /** Base URL of a Maven repository for the sample Elasticsearch; empty = the public one. */
  TESSERA_MAVEN_MIRROR: z.string().default(''),
});

export type Config = {
  state: string;
  cache: string;
  databaseUrl: string;
  cpi: 'container' | 'simulated';
  containerSocket: string;
  logLevel: string;
  unlock: 'file' | 'prompt';
  kubernetesMirror: string;
  debianMirror: string;
  mavenMirror: string;
  installation: InstallationFile;
};

/** Reads the environment and the installation file once; throws one error that names every fault. */
export function loadConfig(environment: Record<string, string | undefined> = process.env): Config {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new Error(
      `bad configuration: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    );
  }
  const env = parsed.data;
  const file = join(env.TESSERA_STATE, 'installation.json');
  const installation = InstallationFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!installation.success) throw new Error(`${file} is damaged: ${installation.error.message}`);
  return {
    state: env.TESSERA_STATE,
    cache: env.TESSERA_CACHE,
    databaseUrl: env.DATABASE_URL,
    cpi: env.TESSERA_CPI,
    containerSocket: env.TESSERA_CONTAINER_SOCKET ?? join(env.TESSERA_STATE, 'podman.sock'),
    logLevel: env.TESSERA_LOG_LEVEL,
    unlock: env.TESSERA_UNLOCK,
    kubernetesMirror: env.TESSERA_KUBERNETES_MIRROR,
    debianMirror: env.TESSERA_DEBIAN_MIRROR,
    mavenMirror: env.TESSERA_MAVEN_MIRROR,
    installation: installation.data,
  };
}
