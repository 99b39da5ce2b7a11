'use client';

import { Controller, useFormContext, useWatch } from 'react-hook-form';
import { useFormScope } from '../field-context.ts';
import type { ControlProps } from '../field-props.ts';

/** Radio cards; the fields of the chosen one stand below. */
export function SelectorControl({ field, name, id, describedBy, locked }: ControlProps) {
  const { control } = useFormContext();
  const { renderField } = useFormScope();
  const value: unknown = useWatch({ control, name });
  const open = field.groups.find((group) => group.value === String(value));
  return (
    <>
      <Controller
        control={control}
        name={name}
        render={({ field: bound }) => (
          <div className="radios" role="radiogroup" aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
            {field.groups.map((group) => (
              <label key={group.value} className="radio">
                <input
                  className="check"
                  type="radio"
                  name={id}
                  value={group.value}
                  checked={group.value === String(bound.value)}
                  disabled={locked !== null}
                  onBlur={bound.onBlur}
                  onChange={() => bound.onChange(group.value)}
                />
                {group.label}
                {group.description ? <small className="cap">{group.description}</small> : null}
              </label>
            ))}
          </div>
        )}
      />
      {open && open.fields.length > 0 ? (
        <div className="nested">{open.fields.map((inner) => renderField(inner))}</div>
      ) : null}
    </>
  );
}
