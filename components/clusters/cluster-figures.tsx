'use client';

import { formatMs } from '#components/health/format-ms.ts';
import { links } from '#components/links.ts';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { useNow } from '#components/ui/now.ts';
import { Clock } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import type { DrillView } from '#model/drill.ts';
import { LAYERS } from '#model/health.ts';
import { quorumOf } from '#model/quorum.ts';
import { isServing } from './cluster-state.ts';
import { longestGapMs, passedLayers } from './readiness.ts';
import type { PodSums } from './use-cluster.ts';

/** Key figures, each with its yardstick beside it. */
export function ClusterFigures({
  cluster,
  instances,
  pods,
  drills,
}: {
  cluster: ClusterView;
  instances: InstanceView[];
  pods: PodSums | null;
  /** Newest first; null while they are not known. */
  drills: readonly DrillView[] | null;
}) {
  const running = instances.filter(isServing);
  return (
    <section className="card" aria-label="Key facts">
      <div className="counters">
        <QuorumFigure cluster={cluster} instances={instances} />
        <PodsFigure pods={pods} />
        <div>
          <span className="cap">Nodes running</span>
          <b>
            {running.length}
            <small>of {cluster.masterInstances + cluster.workerInstances}</small>
          </b>
          <span className="cap">
            {count(cluster.masterInstances, 'master')}, {count(cluster.workerInstances, 'worker')}
          </span>
        </div>
        <GapFigure drills={drills} />
        <ReadinessFigure name={cluster.name} drills={drills} />
        <div className="desktop-only">
          <span className="cap">Kubernetes</span>
          <b>{cluster.kubernetesVersion}</b>
          <span className="cap">plan {cluster.planName}</span>
        </div>
      </div>
    </section>
  );
}

/** Masters whose etcd runs, and how many more may go. */
function QuorumFigure({ cluster, instances }: { cluster: ClusterView; instances: InstanceView[] }) {
  const members = instances.filter(
    (instance) =>
      instance.group === 'master' &&
      isServing(instance) &&
      instance.processes.some((process) => process.name === 'etcd' && process.state === 'running'),
  );
  const quorum = quorumOf(members.length, cluster.masterInstances);
  return (
    <div data-state={quorum.isHeld || instances.length === 0 ? undefined : 'failed'}>
      <span className="cap">etcd quorum</span>
      <b>
        {quorum.running}
        <small>of {quorum.total}</small>
      </b>
      <span className={quorum.isHeld ? 'cap' : 'cap tone'}>
        {quorum.isHeld ? `tolerates ${count(quorum.tolerates, 'loss', 'losses')}` : `no quorum, needs ${quorum.needed}`}
      </span>
    </div>
  );
}

function PodsFigure({ pods }: { pods: PodSums | null }) {
  return (
    <div data-state={pods && pods.ready < pods.total ? 'attention' : undefined}>
      <span className="cap">Pods ready</span>
      <b>
        {pods ? pods.ready : '–'}
        {pods ? <small>of {pods.total}</small> : null}
      </b>
      <PodsHeard pods={pods} />
    </div>
  );
}

function PodsHeard({ pods }: { pods: PodSums | null }) {
  if (!pods) return <span className="cap">not heard yet</span>;
  if (pods.problem === null) return <span className="cap">on {count(pods.byInstance.size, 'node')}</span>;
  return (
    <span className="cap tone" title={pods.problem}>
      as of <Clock at={pods.heardAt} />
    </span>
  );
}

function GapFigure({ drills }: { drills: readonly DrillView[] | null }) {
  const gap = longestGapMs(drills ?? []);
  return (
    <div>
      <span className="cap">Longest gap</span>
      <b>{gap ? formatMs(gap.ms) : '–'}</b>
      <span className="cap">
        {gap ? (
          <Link className="link" href={links.drillReport(gap.drill)}>
            last drill
          </Link>
        ) : (
          'no drill measured it yet'
        )}
      </span>
    </div>
  );
}

function ReadinessFigure({ name, drills }: { name: string; drills: readonly DrillView[] | null }) {
  const now = useNow(60_000);
  const passed = passedLayers(name, drills ?? [], now);
  return (
    <div>
      <span className="cap">Readiness</span>
      <b>
        {drills ? passed : '–'}
        {drills ? <small>of {LAYERS.length}</small> : null}
      </b>
      <span className="cap">{passed === LAYERS.length ? 'all layers drilled' : 'layers passed a drill, 30 d'}</span>
    </div>
  );
}
