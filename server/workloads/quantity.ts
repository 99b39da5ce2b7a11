const SUFFIXES: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const MIB = 2 ** 20;

/** Kubernetes' way to write amounts (`250m`, `64Mi`, `1e3`) as a number; 0 for what is none. */
function parseQuantity(text: string | undefined): number {
  const [, digits = '', suffix = ''] = /^([0-9.]+(?:[eE][-+]?[0-9]+)?)([A-Za-z]{0,2})$/.exec(text ?? '') ?? [];
  const factor = SUFFIXES[suffix];
  return digits === '' || factor === undefined ? 0 : Number(digits) * factor;
}

/** CPU in millicores. */
export const millicores = (text: string | undefined): number => Math.round(parseQuantity(text) * 1000);
/** Memory in MiB. */
export const mebibytes = (text: string | undefined): number => Math.round(parseQuantity(text) / MIB);
