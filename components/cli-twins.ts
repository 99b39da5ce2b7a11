import type { DrillRequest, Victim } from '#model/drill.ts';

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
  drills: () => 'tessera drills',
  drill: (id: number) => `tessera drill show ${id} --follow`,
  drillReport: (id: number) => `tessera drill report ${id}`,
  runDrill: ({
    kind,
    cluster,
    victim,
    cut,
    objectives,
    reason,
  }: Pick<DrillRequest, 'kind' | 'cluster'> & Partial<DrillRequest>) =>
    [
      `tessera drill run ${kind} --cluster ${word(cluster || 'CLUSTER')}`,
      ...(victim ? [`--victim ${word(victimWord(victim))}`] : []),
      ...(kind === 'network-cut' && cut === 'all' ? ['--cut all'] : []),
      ...Object.entries(objectives ?? {}).map(([name, limit]) => `--limit ${name}=${limit ?? 'none'}`),
      ...(reason ? [`--reason ${word(reason)}`] : []),
    ].join(' '),
  vms: () => 'tessera vms',
  changeInstance: (action: string, deployment: string, instance: string) =>
    `tessera ${action} ${word(instance)} -d ${word(deployment)}`,
  switchAz: (az: string, power: 'on' | 'off') => `tessera az-power ${word(az)} ${power}`,
  workloads: (cluster: string) => `tessera workloads ${word(cluster)}`,
  samples: (cluster: string) => `tessera sample list ${word(cluster)}`,
  removeSample: (cluster: string, sample: string) => `tessera sample remove ${word(cluster)} ${word(sample)}`,
  users: () => 'tessera users',
  alerts: () => 'tessera alerts',
  channels: () => 'tessera channels',
  addChannel: () => 'tessera channels add ops --email ops@example.com --server mail.example.com',
  version: () => 'tessera info',
} as const;

/** A victim as it is typed: `worker/1`, `worker/1:kubelet`, `default/web-x`, `az1`. */
function victimWord(victim: Victim): string {
  switch (victim.type) {
    case 'pod':
      return `${victim.namespace}/${victim.name}`;
    case 'process':
      return `${victim.name}:${victim.process}`;
    case 'instance':
      return victim.name;
    default:
      return victim.az;
  }
}

/** One word of a shell: quoted when it holds more than plain characters, as a half-typed host name may. */
function word(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
