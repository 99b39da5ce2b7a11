import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TesseraError } from '#server/platform/error.ts';
import { openProductFile } from './open-product-file.ts';
import { packProduct } from './pack-product.ts';
import { FIXTURES } from './product-fixture.ts';
import { ensureBuildKey, type SigningKey, signSums, type TrustedKeys } from './product-signature.ts';
import { member, packedZeros, type RawMember, rawZip, withSums } from './zip-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'tessera-hostile-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const METADATA = `name: sample
label: Sample
product_version: 1.0.0
metadata_version: '3.0'
property_blueprints:
  - { name: greeting, type: string }
form_types:
  - name: all
    label: All
    property_inputs: [{ reference: .properties.greeting, label: Greeting }]
`;
const metadata = (text = METADATA): RawMember => member('metadata/metadata.yml', text);
const job = (templates = '{}'): RawMember => member('jobs/echo/job.yml', `name: echo\ntemplates: ${templates}\n`);
const template = (text: string): RawMember => member('jobs/echo/templates/run', text);

let count = 0;
const file = (bytes: Buffer): string => {
  const path = join(folder, `file-${count++}.tessera`);
  writeFileSync(path, bytes);
  return path;
};
const zip = (members: RawMember[]): string => file(rawZip(members));
const END = 'Get a good file and import it again.';

async function refusal(path: string, trusted: TrustedKeys = {}): Promise<string> {
  const before = readdirSync(folder).sort();
  const error: unknown = await openProductFile(path, trusted).then(
    () => new Error('the file was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TesseraError)) throw error;
  expect(error.code).toBe('product_file_rejected');
  expect(readdirSync(folder).sort(), 'nothing is left on disk').toEqual(before);
  return error.message;
}

describe('a good file', () => {
  test('opens, with what the import page shows', async () => {
    const packed = await packProduct({ folder: join(FIXTURES, 'every-type'), target: (name) => join(folder, name) });
    const opened = await openProductFile(packed.path);
    expect(opened.report).toMatchObject({
      slug: 'every-type',
      version: '1.0.0',
      digest: packed.digest,
      signer: null,
      members: 4,
      scripts: ['echo: pre-start (bin/echo)', 'echo: process echo (echo)'],
      privilegedJobs: ['echo'],
    });
    expect(opened.jobs.get('echo')?.templates['echo.liquid']).toContain('echo {{ properties.greeting }}');
  });

  test('packs to the same bytes each time', async () => {
    const pack = (name: string) =>
      packProduct({ folder: join(FIXTURES, 'every-type'), target: () => join(folder, name) });
    const [one, two] = [await pack('one'), await pack('two')];
    expect(readFileSync(one.path).equals(readFileSync(two.path))).toBe(true);
  });

  test('made by hand opens too, so that the refusals below are for their own reason', async () => {
    const opened = await openProductFile(
      zip(withSums([metadata(), job('{ run: bin/run }'), template('echo {{ spec.address }}')])),
    );
    expect(opened.metadata.name).toBe('sample');
  });
});

describe('a file that is no good zip', () => {
  test('no zip at all', async () => {
    expect(await refusal(file(Buffer.from('this is a text file, renamed')))).toBe(
      `The product file was refused: it is no zip file. ${END}`,
    );
  });

  test('empty', async () => {
    expect(await refusal(file(Buffer.alloc(0)))).toBe(`The product file was refused: it is no zip file. ${END}`);
  });

  test('cut short', async () => {
    const whole = rawZip(withSums([metadata()]));
    expect(await refusal(file(whole.subarray(0, whole.length - 40)))).toContain('it is damaged or cut short (');
  });

  test('with bytes of a member changed', async () => {
    const whole = rawZip(withSums([metadata()]));
    whole.fill(0xff, 60, 90);
    expect(await refusal(file(whole))).toContain('member metadata/metadata.yml cannot be unpacked (');
  });
});

describe('a member that wants out or in twice', () => {
  test.each([
    [{ path: '../../etc/cron.d/x' }, 'member "../../etc/cron.d/x" leads out of the product file'],
    [{ path: 'jobs/../../x' }, 'member "jobs/../../x" leads out of the product file'],
    [{ path: '/etc/passwd' }, 'member "/etc/passwd" has an absolute path'],
    [{ path: 'C:/x' }, 'member "C:/x" has an absolute path'],
    [{ path: String.raw`jobs\..\x` }, String.raw`member "jobs\\..\\x" has a backslash in its path`],
    [{ path: 'jobs/a\nb' }, String.raw`member "jobs/a\nb" has a name that is not allowed`],
    [{ path: 'link', mode: 0o120_777 }, 'member "link" is a symbolic link'],
    [{ path: 'x', encrypted: true }, 'member x is encrypted'],
  ])('%j', async (part, sentence) => {
    const path = zip(withSums([metadata(), { content: Buffer.from('x'), ...part }]));
    expect(await refusal(path)).toBe(`The product file was refused: ${sentence}. ${END}`);
  });

  test('the same path twice', async () => {
    expect(await refusal(zip(withSums([metadata(), metadata()])))).toContain(
      'member metadata/metadata.yml is there twice',
    );
  });

  test('too many members', async () => {
    const many = Array.from({ length: 2001 }, (_, index) => member(`releases/${index}`, ''));
    expect(await refusal(zip(many))).toContain('it has 2001 members, more than 2000');
  });
});

describe('a bomb of 10 GB', () => {
  let bomb: Buffer;
  beforeAll(() => {
    bomb = packedZeros(10);
  });

  test('that says its size is refused before it is unpacked', async () => {
    const path = zip([
      metadata(),
      // cut short, so that unpacking any of it would end in another sentence
      { path: 'releases/bomb', content: Buffer.alloc(0), packed: bomb.subarray(0, 64), declaredSize: 10 * 1024 ** 3 },
    ]);
    expect(await refusal(path)).toContain(
      'member releases/bomb makes it larger than 1024 MB when unpacked (a zip bomb)',
    );
  });

  test('that lies about its size is stopped while it streams', async () => {
    const path = zip([
      metadata(),
      { path: 'releases/bomb', content: Buffer.alloc(0), packed: bomb, declaredSize: 1000 },
    ]);
    expect(await refusal(path)).toMatch(
      /member releases\/bomb cannot be unpacked \(too many bytes in the stream\. expected 1000/,
    );
  });

  test('of a smaller size is known by its ratio', async () => {
    const content = Buffer.alloc(64 * 1024 * 1024);
    expect(await refusal(zip([metadata(), { path: 'releases/bomb', content }]))).toContain(
      'member releases/bomb unpacks to more than 200 times its size (a zip bomb)',
    );
  });

  test('in text that would be read whole', async () => {
    expect(await refusal(zip([member('metadata/metadata.yml', 'a: b\n'.repeat(1024 * 1024))]))).toContain(
      'member metadata/metadata.yml is larger than 4 MB',
    );
  });
});

describe('checksums and signatures', () => {
  test('a member that differs from its checksum', async () => {
    const members = withSums([metadata(), member('releases/a', 'one')]);
    const changed = members.map((part) => (part.path === 'releases/a' ? member('releases/a', 'two') : part));
    expect(await refusal(zip(changed))).toBe(
      `The product file was refused: member releases/a differs from its checksum in SHA256SUMS. ${END}`,
    );
  });

  test('a member that is not listed, and a listed one that is missing', async () => {
    const members = withSums([metadata()]);
    expect(await refusal(zip([...members, member('releases/extra', 'x')]))).toContain(
      'member releases/extra is not listed in SHA256SUMS',
    );
    const more = withSums([metadata(), member('releases/gone', 'x')]).filter((part) => part.path !== 'releases/gone');
    expect(await refusal(zip(more))).toContain('member releases/gone is listed in SHA256SUMS and missing');
  });

  test('no checksums at all', async () => {
    expect(await refusal(zip([metadata()]))).toContain('member SHA256SUMS is missing');
  });

  describe('with a key', () => {
    let key: SigningKey;
    let trusted: TrustedKeys;
    beforeAll(async () => {
      ({ key, trusted } = await ensureBuildKey(join(folder, 'build-key.pem')));
    });

    test('a known signature names its signer, an unknown one counts as unsigned', async () => {
      const packed = await packProduct({
        folder: join(FIXTURES, 'every-type'),
        target: () => join(folder, 'signed'),
        key,
      });
      expect((await openProductFile(packed.path, trusted)).report.signer).toBe('this installation');
      expect((await openProductFile(packed.path)).report.signer).toBeNull();
    });

    test('a signature over other sums is refused', async () => {
      const signature = Buffer.from(signSums(Buffer.from('other sums'), key));
      const path = zip([...withSums([metadata()]), { path: 'SIGNATURE', content: signature }]);
      expect(await refusal(path, trusted)).toContain(
        'member SIGNATURE is not that of this installation over SHA256SUMS: somebody changed the file',
      );
      expect(await refusal(zip([...withSums([metadata()]), member('SIGNATURE', 'x')]), trusted)).toContain(
        'member SIGNATURE cannot be read',
      );
    });
  });
});
