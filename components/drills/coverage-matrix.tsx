'use client';

import { links } from '#components/links.ts';
import { Card } from '#components/ui/card.tsx';
import { Link } from '#components/ui/link.tsx';
import { useNow } from '#components/ui/now.ts';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { DrillView } from '#model/drill.ts';
import { LAYERS } from '#model/health.ts';
import { type CoverageCell, coverageOf } from './coverage.ts';
import { KINDS_BY_LAYER, LAYER_WORDS, VERDICT_SHOWN } from './drill-words.ts';

/** Layer × cluster: the last verdict and its age. Amber after 30 days, dashed where nobody ever tried. */
export function CoverageMatrix({ clusters, drills }: { clusters: readonly string[]; drills: readonly DrillView[] }) {
  const rows = coverageOf(clusters, drills, useNow(60_000));
  return (
    <Card title="Coverage" aside={<span className="cap">last result by layer · amber after 30 days</span>}>
      <TableBox label="Coverage by cluster and layer">
        <table className="table coverage">
          <thead>
            <tr>
              <th>Cluster</th>
              {LAYERS.map((layer) => (
                <th key={layer}>{LAYER_WORDS[layer]}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.cluster}>
                <th scope="row">
                  <Link href={links.cluster(row.cluster)}>{row.cluster}</Link>
                </th>
                {row.cells.map((cell) => (
                  <td key={cell.layer}>
                    <Cell cluster={row.cluster} cell={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function Cell({ cluster, cell }: { cluster: string; cell: CoverageCell }) {
  if (!cell.drill) {
    const [kind] = KINDS_BY_LAYER.find((each) => each.layer === cell.layer)?.kinds ?? [];
    return (
      <Link className="cell never" href={links.newDrill(cluster, kind)}>
        <StateShape state="unset" />
        Never
        <span className="sr"> drilled: {LAYER_WORDS[cell.layer]} layer; run one</span>
      </Link>
    );
  }
  const { state, word } = VERDICT_SHOWN[cell.drill.verdict];
  const shown: UiState = cell.drill.stale && state === 'done' ? 'attention' : state;
  return (
    <Link className="cell" data-state={shown} href={links.drillReport(cell.drill.id)}>
      <StateShape state={shown} />
      {cell.drill.stale ? `${word}, old` : word}
      <span className="cap">
        <Ago at={cell.drill.at} suffix="" />
      </span>
    </Link>
  );
}
