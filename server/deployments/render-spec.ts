import { and, asc, eq, inArray, like } from 'drizzle-orm';
import { deployments, instances, ipAddresses } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import type { JobSpec, RenderedJob, RenderedSpec } from '#model/job.ts';
import { Manifest, type ManifestJob } from '#model/manifest.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { findLinks } from './find-links.ts';
import type { ReadJob } from './read-jobs.ts';
import { jobsOfReleases } from './read-release-jobs.ts';
import { readVariables } from './read-variables.ts';
import { type JobSource, renderJob, type TemplateInstance, type TemplateSpec } from './render-job.ts';

type Row = typeof instances.$inferSelect;

/** Everything a spec is rendered from, secrets aside. */
export type SpecFacts = {
  manifest: Manifest;
  /** All instances of the deployment, by group and index. */
  instances: (TemplateInstance & { network: string; vm_type: string })[];
  addresses: Record<string, string>;
};

/**
 * The jobs of one instance, rendered now, with secrets opened: what its agent fetches and applies. Never stored, never logged.
 * Throws not_found (instance, job, variable), invalid_input (template, property, link), vault_locked.
 */
export async function renderSpec(tx: Tx, vault: Vault, instanceId: string, readJob?: ReadJob): Promise<RenderedSpec> {
  const facts = await readFacts(tx, instanceId);
  const own = facts.instances.find((instance) => instance.id === instanceId);
  const group = facts.manifest.instance_groups.find((candidate) => candidate.name === own?.group);
  if (!own || !group) throw new TesseraError('not_found', `Instance ${instanceId} is in no group of its deployment.`);
  const readVariable = await readVariables(tx, vault, facts.manifest, own.id, group.jobs);
  return renderInstance(
    facts,
    own.id,
    await readSources(facts.manifest, readJob ?? (await jobsOfReleases(tx, facts.manifest))),
    readVariable,
  );
}

/** Pure but for `readVariable`: facts + job sources → spec. */
export async function renderInstance(
  facts: SpecFacts,
  instanceId: string,
  sources: (job: ManifestJob) => JobSource,
  readVariable: Parameters<typeof renderJob>[3],
): Promise<RenderedSpec> {
  const { manifest, addresses } = facts;
  const own = facts.instances.find((instance) => instance.id === instanceId);
  const group = manifest.instance_groups.find((candidate) => candidate.name === own?.group);
  if (!own || !group) throw new TesseraError('not_found', `Instance ${instanceId} is in no group of ${manifest.name}.`);
  const spec: TemplateSpec = { ...own, deployment: manifest.name };
  const specOf = (job: ManifestJob): JobSpec => sources(job).spec;
  const instancesOf = (name: string): TemplateInstance[] =>
    facts.instances.filter((instance) => instance.group === name);
  const jobs: RenderedJob[] = [];
  for (const job of group.jobs) {
    const links = findLinks(manifest, job, specOf, instancesOf);
    jobs.push(await renderJob(sources(job), job, { spec, links, addresses }, readVariable));
  }
  return {
    instance: own.id,
    deployment: manifest.name,
    group: own.group,
    index: own.index,
    az: own.az,
    address: own.address,
    digest: sha256(JSON.stringify(jobs)),
    jobs,
  };
}

/** Reads every job that the manifest names, once. */
export async function readSources(manifest: Manifest, readJob: ReadJob): Promise<(job: ManifestJob) => JobSource> {
  const jobs = manifest.instance_groups.flatMap((group) => group.jobs);
  const keyOf = (job: ManifestJob): string => `${job.release}/${job.name}`;
  const byKey = new Map(jobs.map((job) => [keyOf(job), job]));
  const sources = new Map(
    await Promise.all(
      [...byKey].map(async ([key, job]): Promise<[string, JobSource]> => [key, await readJob(job.release, job.name)]),
    ),
  );
  return (job) => {
    const source = sources.get(keyOf(job));
    if (!source) throw new TesseraError('not_found', `Job ${keyOf(job)} is not in the manifest.`);
    return source;
  };
}

async function readFacts(tx: Tx, instanceId: string): Promise<SpecFacts> {
  const [found] = await tx.db
    .select({ name: deployments.name, manifest: deployments.manifest })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, instanceId))
    .limit(1);
  if (!found) throw new TesseraError('not_found', `Instance ${instanceId} does not exist.`);
  const manifest = Manifest.parse(found.manifest);
  const groups = manifest.instance_groups.map((group) => group.name);
  const rows = await tx.db
    .select()
    .from(instances)
    .where(and(eq(instances.deployment, found.name), inArray(instances.groupName, groups)))
    .orderBy(asc(instances.groupName), asc(instances.index))
    .limit(5000);
  const prefix = `${found.name}/`;
  const named = await tx.db
    .select({ owner: ipAddresses.owner, address: ipAddresses.address })
    .from(ipAddresses)
    .where(like(ipAddresses.owner, `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`))
    .limit(100);
  return {
    manifest,
    instances: rows.map(toTemplateInstance),
    addresses: Object.fromEntries(named.map(({ owner, address }) => [owner.slice(prefix.length), address])),
  };
}

function toTemplateInstance(row: Row): SpecFacts['instances'][number] {
  return {
    id: row.id,
    name: `${row.groupName}/${row.index}`,
    group: row.groupName,
    index: row.index,
    az: row.az,
    address: row.address,
    hostname: `${row.groupName}-${row.index}`,
    bootstrap: row.bootstrap,
    seeded: row.seededAt !== null,
    network: row.network,
    vm_type: row.vmType,
  };
}
