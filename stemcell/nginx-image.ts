import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TesseraError } from '#server/platform/error.ts';
import { findDebianSource } from './debian-source.ts';
import type { ImageFile } from './image-archive.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
/** What nginx and its loader need at run time; the rest of the packages is left out. */
const NEEDED =
  /^usr\/(sbin\/nginx|lib64\/.+|lib\/x86_64-linux-gnu\/(ld-linux-x86-64|libc|libcrypt|libpcre2-8|libz|libzstd|libssl|libcrypto)\.so[.0-9]*)$/;

/** Debian's nginx with its libraries, and a configuration that logs to the console and serves port 80. Unpacked below `work`. */
export async function unpackNginx(
  work: string,
  options: { suite: string; debianMirror: string },
  context: BuildContext,
): Promise<{ files: ImageFile[]; version: string }> {
  const tar = join(work, 'nginx.tar');
  const root = join(work, 'nginx');
  await mkdir(root);
  const source = await findDebianSource(options.suite, options.debianMirror, context.signal);
  const args = [
    '--variant=extract',
    '--architectures=amd64',
    '--format=tar',
    '--include=nginx-light',
    options.suite,
    tar,
    ...source,
  ];
  const env = { TMPDIR: work, LC_ALL: 'C.UTF-8' };
  await runCommand('unshare', ['--mount', '--propagation=private', 'mmdebstrap', ...args], {
    signal: context.signal,
    env,
  });
  await runCommand('tar', ['-xf', tar, '-C', root, '--exclude=./dev'], { signal: context.signal });
  const files = [...(await neededFiles(root)), ...ownFiles(root)];
  return { files, version: await askVersion(root, context) };
}

async function neededFiles(root: string): Promise<ImageFile[]> {
  const listed = await readdir(root, { recursive: true, withFileTypes: true });
  const files = listed.flatMap((file): ImageFile[] => {
    const full = join(file.parentPath, file.name);
    const path = full.slice(root.length + 1);
    // links among libraries become copies: not worth following by hand in an image of 15 MB
    return file.isDirectory() || !NEEDED.test(path) ? [] : [{ path, kind: 'copy', from: full }];
  });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function ownFiles(root: string): ImageFile[] {
  const text = (path: string, name: string): ImageFile => ({
    path,
    kind: 'copy',
    from: fileURLToPath(new URL(name, import.meta.url)),
    mode: 0o644,
  });
  return [
    { path: 'etc/nginx/mime.types', kind: 'copy', from: join(root, 'etc/nginx/mime.types'), mode: 0o644 },
    text('etc/nginx/nginx.conf', 'images/nginx.conf'),
    text('etc/nginx/conf.d/default.conf', 'images/nginx-default.conf'),
    {
      path: 'usr/share/nginx/html/index.html',
      kind: 'text',
      text: '<!doctype html><title>nginx</title><h1>It works</h1>\n',
    },
    { path: 'lib64', kind: 'link', to: 'usr/lib64' },
    { path: 'lib', kind: 'link', to: 'usr/lib' },
    { path: 'var/log/nginx', kind: 'folder' },
    { path: 'var/lib/nginx', kind: 'folder' },
  ];
}

/** Asked from the program itself, by its own loader: packages that were unpacked and not installed have no record of their version. */
async function askVersion(root: string, context: BuildContext): Promise<string> {
  const loader = join(root, LIBRARIES, 'ld-linux-x86-64.so.2');
  let said = '';
  const onLine = (line: string) => {
    said += line;
  };
  await runCommand(loader, ['--library-path', join(root, LIBRARIES), join(root, 'usr/sbin/nginx'), '-v'], {
    signal: context.signal,
    onLine,
  });
  const version = /nginx\/([0-9.]+)/.exec(said)?.[1];
  if (version === undefined)
    throw new TesseraError('stemcell_build_failed', `nginx does not say its version but: ${said}`);
  return version;
}
