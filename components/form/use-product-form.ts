'use client';

import { useMemo, useState } from 'react';
import { type FieldErrors, type Resolver, set, useForm } from 'react-hook-form';
import type { FieldFault } from '#model/field.ts';
import { allFields, type FormView, faultsOfForm } from '#model/form.ts';
import { faultName, fieldName, fromDraft, toDraft } from './field-name.ts';
import { type FieldConflict, mergeForm, sameValue } from './merge-form.ts';

export type Draft = Record<string, unknown>;

/** State of one open form: the draft, the version it began from, and what someone else saved meanwhile. While `saving`, news waits. */
export function useProductForm(view: FormView, saving: boolean) {
  const [base, setBase] = useState(view);
  const [ownVersion, setOwnVersion] = useState<number | null>(null);
  const [conflicts, setConflicts] = useState<FieldConflict[]>([]);
  const fields = useMemo(() => allFields(view.form), [view.form]);
  const resolver: Resolver<Draft> = (draft) => {
    const faults = faultsOfDraft(base, draft);
    return faults.length === 0 ? { values: draft, errors: {} } : { values: {}, errors: errorsOf(faults) };
  };
  const form = useForm<Draft>({
    defaultValues: toDraft(view.values),
    resolver,
    mode: 'onBlur',
    reValidateMode: 'onChange',
    shouldUnregister: false,
  });

  // another version is stored: taken over at the moment the news arrives, during render, so that no frame shows half of it
  if (view.version !== base.version && !saving) {
    const own = ownVersion !== null && view.version >= ownVersion;
    const merged = own
      ? { values: view.values, conflicts: [] }
      : mergeForm(base, fromDraft(form.getValues()), view, fields);
    setBase(view);
    setOwnVersion(null);
    setConflicts(merged.conflicts);
    queueMicrotask(() => form.reset(toDraft(view.values), { keepValues: false }));
    queueMicrotask(() => {
      for (const field of fields) {
        const kept = merged.values[field.reference];
        if (!sameValue(kept, view.values[field.reference]))
          form.setValue(fieldName(field.reference), kept, { shouldDirty: true });
      }
    });
  }

  const changed = (draft: Draft) =>
    fields.filter((field) => !sameValue(fromDraft(draft)[field.reference], base.values[field.reference]));
  return {
    form,
    base,
    fields,
    conflicts,
    changed,
    /** Changed values as the server wants them: what this person did not touch cannot overwrite what someone else saves. */
    toSend: () => {
      const values = fromDraft(form.getValues());
      return Object.fromEntries(changed(form.getValues()).map((field) => [field.reference, values[field.reference]]));
    },
    faults: () => faultsOfDraft(base, form.getValues()),
    /** After a save: when that version arrives, the draft is what is stored. */
    saved: (version: number) => setOwnVersion(version),
    discard: () => {
      setConflicts([]);
      form.reset(toDraft(base.values));
    },
    resolve: (conflict: FieldConflict, choice: 'mine' | 'theirs') => {
      if (choice === 'theirs')
        form.setValue(fieldName(conflict.reference), conflict.theirs, { shouldDirty: true, shouldValidate: true });
      setConflicts((open) => open.filter((other) => other !== conflict));
    },
  };
}

export type ProductForm = ReturnType<typeof useProductForm>;

function faultsOfDraft(base: FormView, draft: Draft): FieldFault[] {
  const values = { ...base.values, ...fromDraft(draft) };
  return faultsOfForm(base.form, values, { choices: base.choices, isSet: (path) => path in base.secrets });
}

function errorsOf(faults: readonly FieldFault[]): FieldErrors<Draft> {
  const errors: FieldErrors<Draft> = {};
  for (const fault of faults) set(errors, faultName(fault), { type: fault.kind, message: fault.message });
  return errors;
}
