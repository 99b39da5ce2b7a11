/** Numbers in [0, 1) that look random and are the same each time for the same seed, so that a run can be repeated. */
export function makeWobble(seed: string): () => number {
  let state = hashText(seed, 0x7fffffff);
  return () => {
    // Lehmer's generator with the multiplier of Park and Miller
    state = (state * 48_271 + 1) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** The same number below `most` for the same text: figures that do not jump. */
export function hashText(text: string, most: number): number {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003;
  return sum % most;
}
