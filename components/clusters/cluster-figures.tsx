import { count } from '#components/ui/format-time.ts';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { instanceState } from '#model/instance-state.ts';

/** Key figures, each with its yardstick beside it. */
export function ClusterFigures({ cluster, instances }: { cluster: ClusterView; instances: InstanceView[] }) {
  const masters = instances.filter((instance) => instance.group === 'master');
  const members = masters.filter((instance) =>
    instance.processes.some((process) => process.name === 'etcd' && process.state === 'running'),
  );
  const running = instances.filter((instance) => instanceState(instance) === 'running');
  const heard = instances.flatMap((instance) => (instance.vitals ? [instance.vitals] : []));
  const memory =
    heard.length > 0 ? Math.round(heard.reduce((sum, vitals) => sum + vitals.memoryPercent, 0) / heard.length) : null;
  const quorum = Math.floor(cluster.masterInstances / 2) + 1;
  const tolerated = members.length - quorum;
  return (
    <section className="card" aria-label="Key facts">
      <div className="counters">
        <div>
          <span className="cap">etcd quorum</span>
          <b>
            {members.length}
            <small>of {cluster.masterInstances}</small>
          </b>
          <span className="cap">
            {tolerated >= 0 ? `tolerates ${tolerated} ${tolerated === 1 ? 'loss' : 'losses'}` : `needs ${quorum}`}
          </span>
        </div>
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
        <div>
          <span className="cap">AZs</span>
          <b>{new Set(instances.map((instance) => instance.az)).size}</b>
          <span className="cap">
            {[...new Set(instances.map((instance) => instance.az))].toSorted().join(', ') || 'none yet'}
          </span>
        </div>
        <div>
          <span className="cap">Memory, mean of VMs</span>
          <b>
            {memory ?? '–'}
            {memory === null ? null : <small>%</small>}
          </b>
          <span className="cap">{heard.length === 0 ? 'not heard yet' : `of ${count(heard.length, 'VM')} heard`}</span>
        </div>
        <div className="desktop-only">
          <span className="cap">Kubernetes</span>
          <b>{cluster.kubernetesVersion}</b>
          <span className="cap">plan {cluster.planName}</span>
        </div>
      </div>
    </section>
  );
}
