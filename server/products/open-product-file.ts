import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { formsOf } from '#model/form.ts';
import { JobSpec } from '#model/job.ts';
import type { ProductFileReport, ProductMetadata } from '#model/product.ts';
import type { JobSource } from '#server/deployments/render-job.ts';
import { TesseraError } from '#server/platform/error.ts';
import { templateFault } from './check-template.ts';
import { type TrustedKeys, verifySums } from './product-signature.ts';
import { parseYaml, readMetadata } from './read-metadata.ts';
import { readZipMembers, rejected, type ZipMember } from './zip-members.ts';

export type OpenedProduct = { metadata: ProductMetadata; jobs: Map<string, JobSource>; report: ProductFileReport };

const SUMS = 'SHA256SUMS';
const SIGNATURE = 'SIGNATURE';
const METADATA = /^metadata\/[^/]+\.ya?ml$/;
const JOB_FILE = /^jobs\/([a-z0-9-]+)\/(job\.yml|templates\/.+)$/;

/**
 * Opens a product file as hostile input: zip, checksums, signature, metadata, jobs and templates are all checked before anything is believed.
 * Throws product_file_rejected naming the member and what is wrong. Writes nothing.
 */
export async function openProductFile(file: string, trusted: TrustedKeys = {}): Promise<OpenedProduct> {
  const members = await readZipMembers(
    file,
    (path) => path === SUMS || path === SIGNATURE || METADATA.test(path) || path.startsWith('jobs/'),
  );
  const byPath = new Map(members.map((member) => [member.path, member]));
  const sums = byPath.get(SUMS)?.content;
  if (!sums) throw rejected(`member ${SUMS} is missing`);
  checkSums(members, sums);
  const signer = verifySums(sums, byPath.get(SIGNATURE)?.content ?? null, trusted);
  const metadata = readMetadataMember(members);
  const jobs = readJobs(members);
  for (const type of metadata.job_types) {
    const missing = type.templates.find((template) => !jobs.has(template.name));
    if (missing)
      throw rejected(
        `job type ${type.name} names the job ${missing.name}, and member jobs/${missing.name}/job.yml is missing`,
      );
  }
  return { metadata, jobs, report: await reportOf(file, metadata, jobs, members, signer) };
}

function checkSums(members: ZipMember[], sums: Buffer): void {
  const listed = new Map<string, string>();
  for (const line of sums.toString('utf8').split('\n')) {
    if (line === '') continue;
    const [, sum, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (!sum || !path)
      throw rejected(`member ${SUMS} has a line that is no checksum: ${JSON.stringify(line.slice(0, 80))}`);
    listed.set(path, sum);
  }
  for (const member of members) {
    if (member.path === SUMS || member.path === SIGNATURE) continue;
    const sum = listed.get(member.path);
    if (sum === undefined) throw rejected(`member ${member.path} is not listed in ${SUMS}`);
    if (sum !== member.sha256) throw rejected(`member ${member.path} differs from its checksum in ${SUMS}`);
    listed.delete(member.path);
  }
  const [absent] = listed.keys();
  if (absent !== undefined) throw rejected(`member ${absent} is listed in ${SUMS} and missing`);
}

function readMetadataMember(members: ZipMember[]): ProductMetadata {
  const found = members.filter((member) => METADATA.test(member.path));
  const [member] = found;
  if (!member?.content) throw rejected('member metadata/metadata.yml is missing');
  if (found.length > 1)
    throw rejected(
      `it has ${found.length} metadata files (${found.map((other) => other.path).join(', ')}) and must have one`,
    );
  return readMetadata(parseYaml(member.content.toString('utf8'), `member ${member.path}`), `member ${member.path}`);
}

function readJobs(members: ZipMember[]): Map<string, JobSource> {
  const files = new Map<string, Map<string, string>>();
  for (const member of members.filter((candidate) => candidate.path.startsWith('jobs/'))) {
    const [, job, path] = JOB_FILE.exec(member.path) ?? [];
    if (!job || !path || !member.content) throw rejected(`member ${member.path} is neither a job.yml nor a template`);
    const own = files.get(job) ?? new Map<string, string>();
    files.set(job, own.set(path, member.content.toString('utf8')));
  }
  return new Map([...files].map(([job, own]) => [job, readJob(job, own)]));
}

function readJob(job: string, files: Map<string, string>): JobSource {
  const member = `member jobs/${job}/job.yml`;
  const text = files.get('job.yml');
  if (text === undefined) throw rejected(`${member} is missing`);
  const parsed = JobSpec.safeParse(parseYaml(text, member));
  if (!parsed.success)
    throw rejected(
      `${member}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
    );
  if (parsed.data.name !== job) throw rejected(`${member} names the job ${parsed.data.name}`);
  const templates: Record<string, string> = {};
  for (const name of Object.keys(parsed.data.templates)) {
    const template = files.get(`templates/${name}`);
    if (template === undefined) throw rejected(`${member} names the template ${name}, which is missing`);
    const fault = templateFault(template);
    if (fault) throw rejected(`member jobs/${job}/templates/${name} ${fault}`);
    templates[name] = template;
  }
  return { spec: parsed.data, templates };
}

async function reportOf(
  file: string,
  metadata: ProductMetadata,
  jobs: Map<string, JobSource>,
  members: ZipMember[],
  signer: string | null,
): Promise<ProductFileReport> {
  const specs = [...jobs.values()].map((job) => job.spec);
  return {
    slug: metadata.name,
    label: metadata.label,
    version: metadata.product_version,
    digest: await digestOf(file),
    sizeBytes: (await stat(file)).size,
    signer,
    members: members.length,
    forms: formsOf(metadata).map((form) => form.label),
    scripts: specs.flatMap((spec) => [
      ...Object.entries(spec.scripts).map(([name, path]) => `${spec.name}: ${name} (${path})`),
      ...(spec.errand === undefined ? [] : [`${spec.name}: errand (${spec.errand})`]),
      ...spec.processes.map(
        (process) => `${spec.name}: process ${process.name} (${basename(process.command[0] ?? '')})`,
      ),
    ]),
    privilegedJobs: specs.filter((spec) => spec.privileged).map((spec) => spec.name),
  };
}

/** SHA-256 of a file as hex; throws not_found when it cannot be read. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (cause) {
    throw new TesseraError('not_found', `${file} cannot be read. Upload the product file again.`, { cause });
  }
  return hash.digest('hex');
}
