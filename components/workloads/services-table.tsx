import { Card } from '#components/ui/card.tsx';
import { count } from '#components/ui/format-time.ts';
import { TableBox } from '#components/ui/table-box.tsx';
import type { NodeView, ServiceView } from '#model/workload.ts';

/** Services with their addresses: a node port answers on every node, so each is a link. */
export function ServicesTable({ services, nodes }: { services: readonly ServiceView[]; nodes: readonly NodeView[] }) {
  return (
    <Card title="Services" aside={<span className="cap">{count(services.length, 'Service')}</span>}>
      {services.length === 0 ? (
        <p className="pad muted">No Services.</p>
      ) : (
        <TableBox label="Services">
          <table className="table services-table">
            <thead>
              <tr>
                <th>Namespace</th>
                <th>Name</th>
                <th>Type</th>
                <th>Cluster IP</th>
                <th>Ports</th>
                <th>On every node</th>
                <th className="num">Endpoints</th>
              </tr>
            </thead>
            <tbody>
              {services.map((service) => (
                <tr key={`${service.namespace}/${service.name}`}>
                  <td>{service.namespace}</td>
                  <th scope="row">{service.name}</th>
                  <td>{service.type}</td>
                  <td className="mono">{service.clusterIp}</td>
                  <td className="mono">{service.ports.map((port) => `${port.port}/${port.protocol}`).join(', ')}</td>
                  <td>
                    <NodePorts service={service} nodes={nodes} />
                  </td>
                  <td className="num" title={service.endpoints.join(', ')}>
                    {service.endpoints.length}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Card>
  );
}

function NodePorts({ service, nodes }: { service: ServiceView; nodes: readonly NodeView[] }) {
  const ports = service.ports.flatMap((port) => (port.nodePort === null ? [] : [port.nodePort]));
  if (ports.length === 0) return <span className="muted">within the cluster only</span>;
  const addresses = nodes.flatMap((node) => (node.internalIp === null ? [] : [node.internalIp]));
  return (
    <ul className="ports">
      {ports.flatMap((port) =>
        addresses.map((address) => (
          <li key={`${address}:${port}`}>
            <a className="mono" href={`http://${address}:${port}`} target="_blank" rel="noreferrer">
              {address}:{port}
            </a>
          </li>
        )),
      )}
    </ul>
  );
}
