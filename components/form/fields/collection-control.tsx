'use client';

import { Plus, Trash2 } from 'lucide-react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { Button } from '#components/ui/button.tsx';
import { useFormScope } from '../field-context.ts';
import type { ControlProps } from '../field-props.ts';

/** Records that can be added and taken away. */
export function CollectionControl({ field, name, locked }: ControlProps) {
  const { control } = useFormContext();
  const { renderField } = useFormScope();
  const { fields: rows, append, remove } = useFieldArray({ control, name, keyName: 'rowKey' });
  const empty = Object.fromEntries(field.columns.map((column) => [column.reference, column.blueprint.default ?? '']));
  return (
    <div className="records">
      {rows.map((row, index) => (
        <fieldset key={row.rowKey} className="record">
          <legend className="row">
            <span className="tag">{index + 1}</span>
            <Button small look="ghost" refusal={locked} onClick={() => remove(index)}>
              <Trash2 className="i" aria-hidden="true" />
              Remove<span className="sr"> record {index + 1}</span>
            </Button>
          </legend>
          {field.columns.map((column) => renderField(column, `${name}.${index}.${column.reference}`))}
        </fieldset>
      ))}
      <div className="row">
        <Button small refusal={locked} onClick={() => append(empty)}>
          <Plus className="i" aria-hidden="true" />
          Add
        </Button>
        {rows.length === 0 ? <span className="cap">None yet.</span> : null}
      </div>
    </div>
  );
}
