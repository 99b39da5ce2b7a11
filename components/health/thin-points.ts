const MOST_POINTS = 60;

/** At most 60 points: of more, means of neighbours. */
export function thinned(values: readonly number[]): number[] {
  if (values.length <= MOST_POINTS) return [...values];
  const size = values.length / MOST_POINTS;
  return Array.from({ length: MOST_POINTS }, (_, index) => {
    const part = values.slice(Math.floor(index * size), Math.floor((index + 1) * size));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
