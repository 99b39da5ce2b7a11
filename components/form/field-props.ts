import type { Field } from '#model/field.ts';

/** What a control gets: its field, its form name, and the ids that label and describe it. */
export type ControlProps = {
  field: Field;
  /** Name in the form, dots only where values nest. */
  name: string;
  id: string;
  /** Ids of help and error, for aria-describedby. */
  describedBy: string | undefined;
  invalid: boolean;
  /** Why it cannot be changed, or null. */
  locked: string | null;
};
