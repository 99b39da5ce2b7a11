import { links } from '#components/links.ts';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Link } from '#components/ui/link.tsx';
import type { ClusterView } from '#model/cluster.ts';

/** How to take a master out and bring it back by hand, as one does before work on its host. */
export function MastersByHand({ cluster }: { cluster: ClusterView }) {
  if (cluster.masterInstances < 3) {
    return (
      <Card title="Halt and start a master by hand">
        <p className="pad muted">
          This cluster has one master: while it is halted, nobody reaches its API (pods run on). With a plan of three
          masters the cluster stays usable.
        </p>
      </Card>
    );
  }
  return (
    <Card title="Halt and start a master by hand" aside={<span className="cap">optional</span>}>
      <div className="pad stack step-body walk">
        <p className="muted">
          Three masters carry this cluster; any one may be away. A master that dies is made again by itself. To keep one
          away on purpose, stop it: a stopped VM is not a dead one.
        </p>
        <ol className="byhand">
          <li>
            <b>1</b>
            <span>
              On the{' '}
              <Link className="link" href={links.infrastructure()}>
                Infrastructure
              </Link>{' '}
              page, Stop <code>master/0</code>. Or let a{' '}
              <Link className="link" href={links.newDrill(cluster.name, 'halt-master')}>
                drill halt it from inside
              </Link>
              , which is measured and undone by itself.
            </span>
          </li>
          <li>
            <b>2</b>
            <span>See it NotReady, and the quorum shrink to 2 of 3, which tolerates no further loss.</span>
          </li>
          <li>
            <b>3</b>
            <span>
              The cluster stays usable: read pods, deploy something new. Its address answers from another master.
            </span>
          </li>
          <li>
            <b>4</b>
            <span>Start it again on the same page. Its etcd member catches up and the Node becomes Ready.</span>
          </li>
        </ol>
        <CliLine bare command="kubectl get nodes -o wide -w" />
      </div>
    </Card>
  );
}
