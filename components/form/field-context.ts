'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { Field } from '#model/field.ts';
import type { FormView } from '#model/form.ts';

/** What every field of one form shares. */
export type FormScope = {
  view: FormView;
  /** Opens the certificate dialog for a field. */
  onGenerate: (reference: string) => void;
  /** Why nothing can be changed, or null. */
  readOnly: string | null;
  /** Draws a nested field (selector groups, records); handed down so that controls need not know the shell that draws them. */
  renderField: (field: Field, name?: string) => ReactNode;
};

export const FormContext = createContext<FormScope | null>(null);

export function useFormScope(): FormScope {
  const scope = useContext(FormContext);
  if (!scope) throw new Error('FormContext is missing above this field');
  return scope;
}
