import { StateShape } from '#components/ui/state-shape.tsx';
import type { DrillKind } from '#model/drill.ts';
import { KIND_GROUPS, KIND_WORDS } from './drill-words.ts';

/** Large buttons by layer, pod to AZ; one choice among all of them. */
export function KindButtons({ kind, onChoose }: { kind: DrillKind; onChoose: (kind: DrillKind) => void }) {
  return (
    <div className="kinds pad" role="radiogroup" aria-label="What breaks">
      {KIND_GROUPS.map(({ name, kinds, wide }) => (
        <fieldset key={name} className={wide ? 'wide' : undefined}>
          <legend>{name}</legend>
          {kinds.map((each) => (
            <label key={each} className="kind">
              <span data-state="drill">
                <input
                  className="check"
                  type="radio"
                  name="kind"
                  value={each}
                  checked={each === kind}
                  onChange={() => onChoose(each)}
                />
                {KIND_WORDS[each].name}
                {each === kind ? <StateShape state="drill" /> : null}
              </span>
              <small className="cap">{KIND_WORDS[each].proves}</small>
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  );
}
