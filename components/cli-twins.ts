/** The command that does what a page or button does, with the ids of the page. One pure function per action; e2e runs them. */
export const cliTwins = {
  clusters: () => 'pks clusters',
  cluster: (name: string) => `pks cluster ${name}`,
  createCluster: (cluster: { name: string; externalHostname: string; planName: string; workers: number | null }) =>
    [
      `pks create-cluster ${cluster.name || 'NAME'}`,
      `--external-hostname ${cluster.externalHostname || 'HOSTNAME'}`,
      `--plan ${cluster.planName || 'PLAN'}`,
      ...(cluster.workers === null ? [] : [`--num-nodes ${cluster.workers}`]),
      '--wait',
    ].join(' '),
  deleteCluster: (name: string) => `pks delete-cluster ${name}`,
  credentials: (name: string) => `pks get-credentials ${name}`,
  plans: () => 'pks plans',
  pendingChanges: () => 'om pending-changes',
  apply: (slugs: readonly string[]) => ['om apply-changes', ...slugs.map((slug) => `--product-name ${slug}`)].join(' '),
  installation: (id: number) => `om installation-log --id ${id}`,
  installations: () => 'om installations',
  configureProduct: (slug: string) => `om staged-config --product-name ${slug}`,
  deployedStatus: (deployment: string) => `bosh -d ${deployment} instances --ps`,
  task: (id: number) => `bosh task ${id}`,
  credentialReferences: (slug: string) => `om credential-references --product-name ${slug}`,
  users: () => 'uaac users',
  version: () => 'om info',
} as const;
