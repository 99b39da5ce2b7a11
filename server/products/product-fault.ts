import type { CloudConfig } from '#model/cloud-config.ts';
import type { FieldFault } from '#model/field.ts';
import type { ProductMetadata, StagedConfiguration } from '#model/product.ts';
import type { FormValues } from './form-values.ts';

/** A fault with the form it belongs to. */
export type ProductFault = FieldFault & { form: string };

/** What checks across forms and products look at; everything is read before they run, so that they are pure. */
export type CheckFacts = {
  metadata: ProductMetadata;
  configuration: StagedConfiguration;
  /** All form values by reference, defaults filled in. */
  values: FormValues;
  /** The staged director's, null while its forms are incomplete. */
  cloudConfig: CloudConfig | null;
  /** Staged director's infrastructure (`Embedded`, `vSphere`…), null before it is staged. */
  iaas: string | null;
  /** Staged products: slug → version. */
  products: ReadonlyMap<string, string>;
  /** Memory of the machine in MiB; null = not known or not limited. */
  machineMib: number | null;
  /** AZs that instances run in. */
  usedAzs: readonly string[];
  /** Plan name → names and masters of clusters that use it. */
  clustersByPlan: ReadonlyMap<string, { names: string[]; masters: number }>;
  /** Now, in milliseconds since 1970. */
  now: number;
};

export type CheckResult = { faults: ProductFault[]; warnings: string[] };

/** A fault of one field; `message` says what is wrong and what to do. */
export const wrong = (form: string, reference: string, message: string): ProductFault => ({
  form,
  path: reference,
  reference,
  message,
  kind: 'wrong',
});

export const textOf = (values: FormValues, reference: string): string => {
  const value = values[reference];
  return typeof value === 'string' ? value : '';
};

export const numberOf = (values: FormValues, reference: string): number | null => {
  const value = values[reference];
  return typeof value === 'number' ? value : null;
};

export const namesOf = (values: FormValues, reference: string): string[] => {
  const value = values[reference];
  return Array.isArray(value) ? value.map(String) : [];
};
