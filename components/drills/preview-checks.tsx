import { Card } from '#components/ui/card.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DrillCheck, DrillPreview } from '#model/drill.ts';

const CHECK_SHOWN = {
  green: { state: 'done', word: 'met' },
  amber: { state: 'attention', word: 'think about it' },
  red: { state: 'failed', word: 'stops it' },
} as const satisfies Record<DrillCheck['verdict'], { state: UiState; word: string }>;

const ORDER = { red: 0, amber: 1, green: 2 } as const satisfies Record<DrillCheck['verdict'], number>;

/** Is it safe: each check with its sentence, what stops the drill first. */
export function PreviewChecks({ preview }: { preview: DrillPreview }) {
  const checks = preview.checks.toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
  const red = checks.filter((check) => check.verdict === 'red').length;
  return (
    <Card
      title="Is it safe?"
      aside={<span className="cap">{red > 0 ? `${red} of ${checks.length} stop it` : `${checks.length} checks`}</span>}
    >
      <ul className="list">
        {checks.map((check) => (
          <li key={check.name} data-state={CHECK_SHOWN[check.verdict].state}>
            <StateShape state={CHECK_SHOWN[check.verdict].state} />
            <span>
              <span className="sr">{CHECK_SHOWN[check.verdict].word}: </span>
              {check.sentence}
            </span>
            <span className="cap">{check.name}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Why the button does nothing, or null. */
export const redReason = (preview: DrillPreview): string | null =>
  preview.checks.find((check) => check.verdict === 'red')?.sentence ?? null;
