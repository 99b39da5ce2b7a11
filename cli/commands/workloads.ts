import type { Command } from 'commander';
import { z } from 'zod';
import { type Printer, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Amount = z.object({ cpu: z.number(), memory: z.number() });
const Workloads = z.looseObject({
  cluster: z.string(),
  heardAt: z.string().nullable(),
  problem: z.string().nullable(),
  nodes: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string(),
      zone: z.string().nullable(),
      kubeletVersion: z.string(),
      internalIp: z.string().nullable(),
      osImage: z.string(),
      kernel: z.string(),
      runtime: z.string(),
      taints: z.array(z.string()),
      requests: Amount,
      allocatable: Amount,
    }),
  ),
  pods: z.array(
    z.looseObject({
      namespace: z.string(),
      name: z.string(),
      status: z.string(),
      ready: z.boolean(),
      restarts: z.number(),
      node: z.string().nullable(),
      podIp: z.string().nullable(),
      keeper: z.string().nullable(),
      system: z.boolean(),
    }),
  ),
  workloads: z.array(
    z.looseObject({
      kind: z.string(),
      namespace: z.string(),
      name: z.string(),
      desired: z.number(),
      ready: z.number(),
    }),
  ),
  services: z.array(
    z.looseObject({
      namespace: z.string(),
      name: z.string(),
      type: z.string(),
      clusterIp: z.string(),
      ports: z.array(z.looseObject({ port: z.number(), nodePort: z.number().nullable(), protocol: z.string() })),
      endpoints: z.array(z.string()),
    }),
  ),
});
type Workloads = z.infer<typeof Workloads>;

/** What runs in a cluster and where, as its Workloads tab shows it. */
export function addWorkloads(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('workloads')
    .description('Show the nodes, pods, workloads and Services of a cluster')
    .argument('<cluster>', 'name of the cluster')
    .option('--system', 'show the pods of the cluster itself too')
    .option('--json', 'print the answer of the console')
    .action(async (cluster: string, options: { system?: boolean; json?: boolean }) => {
      const seen = await consoleOf(context).query('workloads.read', Workloads, { cluster });
      if (options.json) return printJson(print, seen);
      printState(print, seen);
      if (seen.heardAt !== null) printAll(print, seen, options.system === true);
    });
}

function printState(print: Printer, { cluster, heardAt, problem }: Workloads): void {
  if (heardAt === null) print.line(problem ?? `Nobody has looked into ${cluster} yet.`);
  else if (problem !== null) print.line(`As of ${heardAt}, not live: ${problem}`);
}

function printAll(print: Printer, seen: Workloads, withSystem: boolean): void {
  printTable(
    print,
    ['Node', 'Status', 'Zone', 'Address', 'Version', 'CPU asked for', 'Memory asked for', 'Taints'],
    seen.nodes.map((node) => [
      node.name,
      node.status,
      node.zone ?? '-',
      node.internalIp ?? '-',
      node.kubeletVersion,
      `${node.requests.cpu}/${node.allocatable.cpu}m`,
      `${node.requests.memory}/${node.allocatable.memory}Mi`,
      node.taints.join(' ') || '-',
    ]),
  );
  print.line();
  printTable(
    print,
    ['Namespace', 'Pod', 'Status', 'Ready', 'Restarts', 'Node', 'Address', 'Kept by'],
    seen.pods
      .filter((pod) => withSystem || !pod.system)
      .map((pod) => [
        pod.namespace,
        pod.name,
        pod.status,
        pod.ready ? 'yes' : 'no',
        String(pod.restarts),
        pod.node ?? '-',
        pod.podIp ?? '-',
        pod.keeper ?? 'nobody',
      ]),
  );
  const folded = seen.pods.filter((pod) => pod.system).length;
  if (!withSystem && folded > 0) print.line(`and ${folded} of the system (--system shows them)`);
  print.line();
  printTable(
    print,
    ['Namespace', 'Kind', 'Name', 'Ready', 'Desired'],
    seen.workloads.map((one) => [one.namespace, one.kind, one.name, String(one.ready), String(one.desired)]),
  );
  print.line();
  printTable(
    print,
    ['Namespace', 'Service', 'Type', 'Cluster IP', 'Ports', 'Endpoints'],
    seen.services.map((service) => [
      service.namespace,
      service.name,
      service.type,
      service.clusterIp,
      service.ports
        .map((port) => `${port.port}${port.nodePort === null ? '' : `:${port.nodePort}`}/${port.protocol}`)
        .join(','),
      String(service.endpoints.length),
    ]),
  );
}
