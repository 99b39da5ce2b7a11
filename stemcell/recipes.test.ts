import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { upstreamVersion } from './build-images.ts';
import { wrapperGoMod } from './build-kubernetes.ts';
import { readPackages } from './build-rootfs.ts';
import { sourceLines } from './debian-source.ts';
import { goProxies, isAtLeast } from './find-go.ts';
import { findLine, STEMCELL_LINES } from './lines.ts';
import { checks } from './verify-stemcell.ts';

test('the wrapper module names published libraries where Kubernetes names its staging folders', () => {
  const upstream = `module k8s.io/kubernetes

go 1.26.0

godebug default=go1.26

require (
	k8s.io/api v0.0.0
	k8s.io/client-go v0.0.0
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)
`;
  expect(wrapperGoMod(upstream, '1.36.3').split('\n')).toEqual([
    'module tessera/kubernetes',
    'go 1.26.0',
    'godebug default=go1.26',
    'require k8s.io/kubernetes v1.36.3',
    'replace k8s.io/api => k8s.io/api v0.36.3',
    'replace k8s.io/client-go => k8s.io/client-go v0.36.3',
    '',
  ]);
});

test('a godebug block is taken whole', () => {
  expect(wrapperGoMod('go 1.26.0\n\ngodebug (\n\tdefault=go1.26\n\twinsymlink=0\n)\n', '1.36.3')).toContain(
    'godebug (\n\tdefault=go1.26\n\twinsymlink=0\n)',
  );
});

test.each([
  ['1.26.8', true],
  ['1.26.4', true],
  ['1.27', true],
  ['2.0', true],
  ['1.26.3', false],
  ['1.26', false],
  ['1.9.9', false],
])('Go %s is new enough for 1.26.4: %s', (version, expected) => {
  expect(isAtLeast(version, '1.26.4')).toBe(expected);
});

test('only addresses count in GOPROXY', () => {
  expect(goProxies('https://a.example|https://b.example,direct')).toEqual(['https://a.example', 'https://b.example']);
  expect(goProxies('off')).toEqual([]);
  expect(goProxies(undefined)).toEqual([]);
});

test('a Debian mirror is used with updates, with security where it is known, and always signed', () => {
  expect(
    sourceLines('trixie', 'http://mirror.example/debian', 'http://mirror.example/debian-security', '/k.gpg'),
  ).toEqual([
    'deb [signed-by=/k.gpg] http://mirror.example/debian trixie main',
    'deb [signed-by=/k.gpg] http://mirror.example/debian trixie-updates main',
    'deb [signed-by=/k.gpg] http://mirror.example/debian-security trixie-security main',
  ]);
  expect(sourceLines('trixie', 'http://mirror.example/debian', null, '/k.gpg')).toHaveLength(2);
});

test('package versions are read from dpkg, and image tags from them', () => {
  const packages = readPackages(
    'Package: etcd-server\nStatus: install ok installed\nVersion: 3.5.16-4\n\nPackage: busybox-static\nVersion: 1:1.37.0-6+b9\n',
  );
  expect(packages).toEqual({ 'etcd-server': '3.5.16-4', 'busybox-static': '1:1.37.0-6+b9' });
  expect(upstreamVersion(packages['busybox-static'])).toBe('1.37.0');
  expect(() => upstreamVersion(undefined)).toThrow('missing in the rootfs');
});

test('lines are found by name, and an unknown one is answered with those there are', () => {
  expect(findLine('trixie/1.36.3')).toBe(STEMCELL_LINES[0]);
  expect(() => findLine('trixie/1.0.0')).toThrow('no stemcell line trixie/1.0.0. Tessera builds: trixie/1.36.3');
  const names = STEMCELL_LINES.map((line) => `${line.os}/${line.version}`);
  expect(new Set(names).size).toBe(names.length);
});

test('the look at a booted VM tells one Kubernetes version from another', () => {
  const kubelet = checks('1.36.3').find((check) => check.title === 'kubelet');
  expect(kubelet?.expect.test('Kubernetes v1.36.3')).toBe(true);
  expect(kubelet?.expect.test('Kubernetes v1.36.30')).toBe(false);
  expect(kubelet?.expect.test('sh: kubelet: not found')).toBe(false);
});

test('every boot file is a shell script that parses', async () => {
  const folder = fileURLToPath(new URL('./rootfs', import.meta.url));
  const listed = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = listed.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const file of files) await promisify(execFile)('sh', ['-n', file]);
});
