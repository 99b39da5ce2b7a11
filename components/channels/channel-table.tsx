'use client';

import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { ChannelView } from '#model/channel.ts';
import { DELIVERY_LOOK } from './delivery-words.ts';
import { whereTo } from './kind-words.ts';

const TILE = 'made by the BOSH Director tile; change it in that form and apply';

type Deed = (channel: ChannelView) => void;

/** All channels: where each goes, which alerts, how its last news fared. */
export function ChannelTable({
  channels,
  refusal,
  testing,
  onTest,
  onEdit,
  onRemove,
}: {
  channels: readonly ChannelView[];
  refusal: string | null;
  /** Id of the channel whose test is being asked for. */
  testing: string | null;
  onTest: Deed;
  onEdit: Deed;
  onRemove: Deed;
}) {
  return (
    <Card className="channel-card">
      <TableBox label="Channels">
        <table className="table fleet-table">
          <thead>
            <tr>
              <th>Channel</th>
              <th>Goes to</th>
              <th>Alerts</th>
              <th>Last news</th>
              <th>
                <span className="sr">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => {
              const own = refusal ?? (channel.managedBy === null ? null : TILE);
              return (
                <tr key={channel.id}>
                  <th scope="row">
                    {channel.name}
                    {channel.enabled ? null : <span className="tag">off</span>}
                    {channel.managedBy === null ? null : <span className="tag">from the BOSH Director tile</span>}
                  </th>
                  <td>{whereTo(channel.config)}</td>
                  <td>{rulesOf(channel)}</td>
                  <td className="channel-last">
                    <Last channel={channel} />
                  </td>
                  <td>
                    <div className="channel-deeds">
                      <Button small refusal={refusal} pending={testing === channel.id} onClick={() => onTest(channel)}>
                        Test<span className="sr"> {channel.name}</span>
                      </Button>
                      <Button small look="ghost" refusal={own} onClick={() => onEdit(channel)}>
                        Change<span className="sr"> {channel.name}</span>
                      </Button>
                      <Button small look="danger" refusal={own} onClick={() => onRemove(channel)}>
                        Remove<span className="sr"> {channel.name}</span>
                      </Button>
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function Last({ channel: { last, waiting } }: { channel: ChannelView }) {
  return (
    <>
      {last ? (
        <>
          <StateBadge {...DELIVERY_LOOK[last.state]} plain={last.state === 'delivered'} />{' '}
          <span className="cap">
            <Ago at={last.at} />
          </span>
          {last.state === 'delivered' ? null : <p className="cap">{last.receipt}</p>}
        </>
      ) : (
        <span className="cap">nothing sent yet</span>
      )}
      {waiting > 0 ? <p className="cap">{waiting} waiting</p> : null}
    </>
  );
}

function rulesOf({ minimumSeverity, deployments, drills }: ChannelView): string {
  const severity = minimumSeverity === 'info' ? 'All' : `${minimumSeverity} and worse`;
  const clusters =
    deployments.length === 0 ? '' : `, of ${deployments.length} ${deployments.length === 1 ? 'cluster' : 'clusters'}`;
  return `${severity}${clusters}${drills ? '' : ', no drills'}`;
}
