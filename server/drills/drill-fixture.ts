import type { ProcessReport } from '#model/deployment.ts';
import type { DrillRequest } from '#model/drill.ts';
import type { NodeView, PodView } from '#model/workload.ts';
import type { DrillFacts, DrillInstance } from './drill-facts.ts';

/** A cluster as previews read it, for tests: masters in az1…, workers after them, a web service of two and a database of one. */
export const NOW = new Date('2026-11-21T12:00:00Z');

export const processReport = (name: string, changes: Partial<ProcessReport> = {}): ProcessReport => ({
  name,
  job: name,
  state: 'running',
  pid: 100,
  uptimeSeconds: 60,
  memoryKib: 1024,
  cpuPercent: 1,
  restarts: 0,
  lastExit: null,
  ...changes,
});

export const instanceOf = (group: string, index: number, changes: Partial<DrillInstance> = {}): DrillInstance => ({
  id: `${group}-id-${index}`,
  deployment: 'service-instance_x',
  name: `${group}/${index}`,
  node: `${group}-${index}`,
  group,
  az: `az${(index % 3) + 1}`,
  address: `10.0.0.${(group === 'master' ? 10 : 20) + index}`,
  vmCid: `vm-${group}-${index}`,
  vmHealth: 'alive',
  vmHealthSince: null,
  jobState: 'running',
  processes: [processReport('kubelet'), ...(group === 'master' ? [processReport('etcd')] : [])],
  heardAt: NOW,
  ...changes,
});

export const podOf = (name: string, node: string, changes: Partial<PodView> = {}): PodView => ({
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  status: 'Running',
  ready: true,
  restarts: 0,
  node,
  podIp: `10.200.0.${name.length}`,
  keeper: `Deployment/${name.replace(/-.*$/, '')}`,
  system: false,
  createdAt: '2026-11-21T11:00:00Z',
  startMs: 1000,
  requests: { cpu: 100, memory: 64 },
  ...changes,
});

const nodeOf = (instance: DrillInstance): NodeView => ({
  name: instance.node,
  instance: instance.id,
  status: 'Ready',
  zone: instance.az,
  kubeletVersion: 'v1',
  internalIp: instance.address,
  osImage: '',
  kernel: '',
  runtime: '',
  createdAt: '2026-11-21T11:00:00Z',
  taints: instance.group === 'master' ? ['node-role.kubernetes.io/control-plane=:NoSchedule'] : [],
  requests: { cpu: 200, memory: 128 },
  allocatable: { cpu: 2000, memory: 2048 },
});

export function clusterFacts(masters: number, workers: number, changes: Partial<DrillFacts> = {}): DrillFacts {
  const instances = [
    ...Array.from({ length: masters }, (_, index) => instanceOf('master', index)),
    ...Array.from({ length: workers }, (_, index) => instanceOf('worker', index)),
  ];
  return {
    now: NOW,
    cluster: { uuid: 'x', name: 'demo', masterAddress: '10.0.0.5', port: 8443, state: 'succeeded' },
    deployment: 'service-instance_x',
    instances,
    others: [],
    workloads: {
      cluster: 'demo',
      heardAt: NOW.toISOString(),
      problem: null,
      nodes: instances.map(nodeOf),
      pods: [
        podOf('web-1', 'worker-0', { podIp: '10.200.0.1' }),
        podOf('web-2', 'worker-1', { podIp: '10.200.1.1' }),
        podOf('db-0', 'worker-1', { podIp: '10.200.1.2', keeper: 'StatefulSet/db' }),
      ],
      workloads: [],
      services: [
        {
          namespace: 'default',
          name: 'web',
          type: 'NodePort',
          clusterIp: '10.100.0.1',
          ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' }],
          endpoints: ['10.200.0.1:80', '10.200.1.1:80'],
        },
      ],
    },
    alerts: [],
    drills: [],
    tasks: [],
    resurrects: true,
    meltdown: null,
    samples: [],
    earlier: [],
    ...changes,
  };
}

export const requestFor = (kind: DrillRequest['kind'], changes: Partial<DrillRequest> = {}): DrillRequest => ({
  kind,
  cluster: 'demo',
  victim: null,
  pod: null,
  cut: 'director',
  probes: null,
  objectives: {},
  reason: '',
  ...changes,
});
