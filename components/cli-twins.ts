/** The command that does what a page or button does, with the ids of the page. One pure function per action; cli/cli-twins.test.ts parses each. */
export const cliTwins = {
  clusters: () => 'pks clusters',
  cluster: (name: string) => `pks cluster ${word(name)}`,
  createCluster: (cluster: { name: string; externalHostname: string; planName: string; workers: number | null }) =>
    [
      `pks create-cluster ${word(cluster.name || 'NAME')}`,
      `--external-hostname ${word(cluster.externalHostname || 'HOSTNAME')}`,
      `--plan ${word(cluster.planName || 'PLAN')}`,
      ...(cluster.workers === null ? [] : [`--num-nodes ${cluster.workers}`]),
      '--wait',
    ].join(' '),
  deleteCluster: (name: string) => `pks delete-cluster ${word(name)}`,
  credentials: (name: string) => `pks get-credentials ${word(name)}`,
  plans: () => 'pks plans',
  pendingChanges: () => 'tessera pending-changes',
  apply: (slugs: readonly string[]) =>
    ['tessera apply-changes', ...slugs.map((slug) => `--product ${word(slug)}`)].join(' '),
  installation: (id: number) => `tessera installation ${id} --follow`,
  installations: () => 'tessera installations',
  configureProduct: (slug: string) => `tessera form ${word(slug)}`,
  deployedStatus: (deployment: string) => `tessera instances -d ${word(deployment)} --ps`,
  task: (id: number) => `tessera task ${id} --follow`,
  credentialReferences: (slug: string) => `tessera credentials ${word(slug)}`,
  health: () => 'tessera health',
  users: () => 'tessera users',
  version: () => 'tessera info',
} as const;

/** One word of a shell: quoted when it holds more than plain characters, as a half-typed host name may. */
function word(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
