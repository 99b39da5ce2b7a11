'use client';

import { StateBadge } from '#components/ui/badge.tsx';
import { count } from '#components/ui/format-time.ts';
import { TableBox } from '#components/ui/table-box.tsx';
import { Clock } from '#components/ui/time.tsx';
import { formatMs } from './format-ms.ts';
import { ItemLink } from './timeline-choice.tsx';
import type { TimelineItem } from './timeline-items.ts';

/** More rows than anybody reads; zoom or the command line have the rest. */
const MOST_ROWS = 200;

/** The same events as a table, newest first. */
export function TimelineTable({ items }: { items: readonly TimelineItem[] }) {
  const rows = items.toSorted((a, b) => b.from - a.from).slice(0, MOST_ROWS);
  return (
    <details className="tl-twin">
      <summary>As a table, {count(items.length, 'event')}</summary>
      <TableBox label="Events of the timeline">
        <table className="table">
          <thead>
            <tr>
              <th>Time</th>
              <th>Lane</th>
              <th>What</th>
              <th>Detail</th>
              <th className="num">Took</th>
              <th>Leads to</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((item) => (
              <tr key={item.id}>
                <td>
                  <Clock at={new Date(item.from).toISOString()} />
                </td>
                <td>{item.lane}</td>
                <td>
                  <StateBadge state={item.state} word={item.title} plain />
                </td>
                <td className="detail" title={item.detail}>
                  {item.detail}
                </td>
                <td className="num">{tookOf(item)}</td>
                <td>
                  <ItemLink item={item} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </details>
  );
}

function tookOf(item: TimelineItem): string {
  if (item.to === null) return 'open';
  return item.to === item.from ? '' : formatMs(item.to - item.from);
}
