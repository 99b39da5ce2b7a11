'use client';

import { StateBadge } from '#components/ui/badge.tsx';
import { Empty } from '#components/ui/empty.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago, Clock } from '#components/ui/time.tsx';
import type { RecoveryView } from '#model/health.ts';
import { formatMs } from './format-ms.ts';
import { detectionMs, isMet, LAYER_NAMES, OBJECTIVES, recoveryMs } from './objectives.ts';
import { type ClusterName, RecoveryLinks } from './recovery-links.tsx';

/** Faults and their ends, newest first, each against the objective of its layer. */
export function RecoveriesTable({
  recoveries,
  clusters,
}: {
  recoveries: readonly RecoveryView[];
  clusters: readonly ClusterName[];
}) {
  if (recoveries.length === 0)
    return (
      <Empty sentence="Nothing had to recover yet. A drill shows how a layer behaves, without waiting for a fault." />
    );
  return (
    <TableBox label="Recoveries">
      <table className="table fleet-table">
        <thead>
          <tr>
            <th>What</th>
            <th>Layer</th>
            <th>Began</th>
            <th className="num">Noticed</th>
            <th className="num">Recovered</th>
            <th>Objective</th>
            <th>Cause</th>
            <th>Leads to</th>
          </tr>
        </thead>
        <tbody>
          {recoveries.map((recovery) => (
            <Row key={recovery.id} recovery={recovery} clusters={clusters} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Row({ recovery, clusters }: { recovery: RecoveryView; clusters: readonly ClusterName[] }) {
  const detected = detectionMs(recovery);
  const recovered = recoveryMs(recovery);
  const shown = outcomeOf(recovery);
  return (
    <tr>
      <th scope="row">{recovery.title}</th>
      <td>{LAYER_NAMES[recovery.layer]}</td>
      <td>
        <Clock at={recovery.beganAt} />{' '}
        <span className="cap">
          <Ago at={recovery.beganAt} />
        </span>
      </td>
      <td className="num">{detected === null ? '–' : formatMs(detected)}</td>
      <td className="num">{recovered === null ? 'open' : formatMs(recovered)}</td>
      <td>
        <StateBadge state={shown.state} word={shown.word} plain />
      </td>
      <td className="detail" title={recovery.cause}>
        {recovery.cause}
      </td>
      <td>
        <span className="row">
          <RecoveryLinks recovery={recovery} clusters={clusters} />
        </span>
      </td>
    </tr>
  );
}

function outcomeOf(recovery: RecoveryView): { state: UiState; word: string } {
  if (recovery.recoveredAt === null) return { state: 'working', word: 'Under way' };
  const limit = formatMs(OBJECTIVES[recovery.layer].recoverMs);
  return isMet(recovery) ? { state: 'done', word: `within ${limit}` } : { state: 'attention', word: `over ${limit}` };
}
