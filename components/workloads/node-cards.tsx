'use client';

import { links } from '#components/links.ts';
import { Button } from '#components/ui/button.tsx';
import { Link } from '#components/ui/link.tsx';
import { Meter } from '#components/ui/meter.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { NodeView, WorkloadsView } from '#model/workload.ts';
import { nodeState } from './pod-state.ts';

/** Every node with all that kubectl get nodes -o wide says, what its pods ask for, and how many they are. */
export function NodeCards({
  seen,
  chosen,
  onChoose,
}: {
  seen: WorkloadsView;
  chosen: string | null;
  onChoose: (node: string | null) => void;
}) {
  if (seen.nodes.length === 0) {
    return (
      <section className="card">
        <p className="pad muted">No node has registered.</p>
      </section>
    );
  }
  return (
    <ul className="node-cards">
      {seen.nodes.map((node) => (
        <NodeCard
          key={node.name}
          node={node}
          pods={seen.pods.filter((pod) => pod.node === node.name).length}
          isChosen={chosen === node.name}
          onChoose={() => onChoose(chosen === node.name ? null : node.name)}
        />
      ))}
    </ul>
  );
}

function NodeCard({
  node,
  pods,
  isChosen,
  onChoose,
}: {
  node: NodeView;
  pods: number;
  isChosen: boolean;
  onChoose: () => void;
}) {
  const state = nodeState(node);
  return (
    <li className="card node-card" data-state={state}>
      <header>
        <StateShape state={state} />
        <h3>{node.name}</h3>
        <span className="cap">{node.status}</span>
        <Button small look="ghost" aria-pressed={isChosen} onClick={onChoose}>
          {isChosen ? 'All pods' : `${pods} pods`}
        </Button>
      </header>
      <dl className="node-facts">
        <dt>VM</dt>
        <dd>
          {node.instance === null ? (
            <span className="muted">none of that name</span>
          ) : (
            <Link href={links.processes(node.instance)}>{vmOf(node)}</Link>
          )}
        </dd>
        <dt>Zone</dt>
        <dd>{node.zone ?? 'none'}</dd>
        <dt>Address</dt>
        <dd className="mono">{node.internalIp ?? 'none'}</dd>
        <dt>Version</dt>
        <dd>{node.kubeletVersion}</dd>
        <dt>Age</dt>
        <dd>
          <Ago at={node.createdAt} suffix="" />
        </dd>
        <dt>CPU asked for</dt>
        <dd className="row">
          <Meter percent={share(node.requests.cpu, node.allocatable.cpu)} />
          <span className="cap">
            {node.requests.cpu} of {node.allocatable.cpu} m
          </span>
        </dd>
        <dt>Memory asked for</dt>
        <dd className="row">
          <Meter percent={share(node.requests.memory, node.allocatable.memory)} />
          <span className="cap">
            {node.requests.memory} of {node.allocatable.memory} MiB
          </span>
        </dd>
      </dl>
      <p className="cap node-system">
        {[node.osImage, node.kernel, node.runtime].filter(Boolean).join(' · ')}
        {node.taints.map((taint) => (
          <span key={taint} className="tag" title="Pods that do not tolerate it are not placed here">
            {taint}
          </span>
        ))}
      </p>
    </li>
  );
}

/** Nodes carry the name of their VM with a dash for the slash. */
export const vmOf = (node: Pick<NodeView, 'name'>): string => node.name.replace(/-(\d+)$/, '/$1');

const share = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part / whole) * 100));
