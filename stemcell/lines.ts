import { TesseraError } from '#server/platform/error.ts';

/**
 * Stemcell lines: an operating system and one Kubernetes release, versioned together. A second line is a second entry.
 * Packages that Debian supplies (etcd, containerd, runc, keepalived, runit …) have no pin here: their versions are read from the built
 * rootfs into the manifest.
 */
export type StemcellLine = {
  /** Name as Ops Manager shows it; the file name is `<name>-<version>`. */
  name: string;
  /** Debian suite; `os` of the stemcell. */
  os: string;
  /** Equals the Kubernetes version. */
  version: string;
  kubernetes: string;
  addons: { flannel: string; coredns: string; localPathProvisioner: string; metricsServer: string };
};

export const STEMCELL_LINES = [
  {
    name: 'tessera-container-trixie',
    os: 'trixie',
    version: '1.36.3',
    kubernetes: '1.36.3',
    addons: { flannel: '0.28.4', coredns: '1.14.7', localPathProvisioner: '0.0.30', metricsServer: '0.9.0' },
  },
] as const satisfies readonly StemcellLine[];

/** The line new deployments use. */
export const DEFAULT_LINE: StemcellLine = STEMCELL_LINES[0];

/** The line named `<os>/<version>`, as a stemcell is named in manifests. Throws not_found. */
export function findLine(name: string): StemcellLine {
  const line = STEMCELL_LINES.find((candidate) => `${candidate.os}/${candidate.version}` === name);
  if (line !== undefined) return line;
  const known = STEMCELL_LINES.map((candidate) => `${candidate.os}/${candidate.version}`).join(', ');
  throw new TesseraError('not_found', `There is no stemcell line ${name}. Tessera builds: ${known}.`);
}

/**
 * Go that compiles what no mirror supplies. A machine with an older Go, or none, gets this toolchain from the Go module proxy;
 * `sum` is its entry in the Go checksum database.
 */
export const GO_TOOLCHAIN = {
  minimum: '1.26.4',
  version: '1.26.8',
  sum: 'h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=',
} as const;

/** Public address of the official release files; TESSERA_KUBERNETES_MIRROR names another, `none` always builds. */
export const KUBERNETES_MIRROR = 'https://dl.k8s.io';

/** Registry name of images that are made here and pulled from nowhere. */
export const IMAGE_REGISTRY = 'registry.tessera.local';

/** Version of the small application that stands in for Elasticsearch (stemcell/go/orders). */
export const ORDERS_VERSION = '1.0';

/** The sample Elasticsearch: a runnable minimal distribution on Maven Central; TESSERA_MAVEN_MIRROR names another repository. */
export const ELASTICSEARCH = {
  version: '7.17.9',
  repository: 'https://repo1.maven.org/maven2',
  path: 'org/elasticsearch/distribution/integ-test-zip/elasticsearch/7.17.9/elasticsearch-7.17.9.zip',
  sha256: '231f708f602b39359853a6d822525ba695233fe06c2dd5a960bc535bf66b6fc1',
} as const;
