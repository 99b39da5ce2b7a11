import type { Choices, PropertyBlueprint } from './property.ts';

/** One field as pages render it. `reference` is absolute; the columns of a collection have their bare name. */
export type Field = {
  reference: string;
  label: string;
  description: string;
  placeholder: string;
  blueprint: PropertyBlueprint;
  required: boolean;
  /** Static choices of dropdowns and check boxes, and the groups of a selector. */
  options: { value: string; label: string }[];
  /** Fields of each option of a selector, by select_value. */
  groups: { value: string; name: string; label: string; description: string; fields: Field[] }[];
  /** Fields of one record of a collection. */
  columns: Field[];
  /** Selectors above it and the value each must have, else the field is hidden. */
  shownWhen: { reference: string; value: string }[];
};

/** `message` is a whole sentence that begins with the label. `missing` = required and blank (keeps the tile orange, may be saved). */
export type FieldFault = { path: string; reference: string; message: string; kind: 'missing' | 'wrong' };

/** What a check needs beside the values. `isSet`: path of a secret leaf that is stored and was left blank. */
export type FaultContext = { choices: Choices; isSet: (path: string) => boolean };
