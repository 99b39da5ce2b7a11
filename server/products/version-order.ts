/** Negative when version `a` is older than `b`, 0 when equal. Numbers by value; a pre-release (`-rc.1`) is older than its release. */
export function versionOrder(a: string, b: string): number {
  const [left, leftTail] = split(a);
  const [right, rightTail] = split(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (leftTail === rightTail) return 0;
  if (leftTail === '') return 1;
  return rightTail === '' ? -1 : leftTail.localeCompare(rightTail, 'en', { numeric: true });
}

/** True when `version` meets a requirement of requires_product_versions: `>= 1.0`, `~> 1.2`, `= 1.0.0`; several separated by commas. */
export function meetsRequirement(version: string, requirement: string): boolean {
  return requirement.split(',').every((part) => {
    const [, operator = '=', wanted = '0'] = /^\s*(>=|<=|~>|>|<|=)?\s*(.+?)\s*$/.exec(part) ?? [];
    const order = versionOrder(version, wanted);
    if (operator === '~>') return order >= 0 && versionOrder(version, ceiling(wanted)) < 0;
    return { '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0, '=': order === 0 }[operator] ?? false;
  });
}

/** `1.2.3` → `1.3`, `1.2` → `2`: the first version that `~>` does not accept. */
function ceiling(wanted: string): string {
  const numbers = split(wanted)[0].slice(0, -1);
  const last = numbers.pop() ?? 0;
  return [...numbers, last + 1].join('.');
}

function split(version: string): [number[], string] {
  const [release = '', ...tail] = version.split(/[-+]/);
  return [release.split('.').map((part) => Number.parseInt(part, 10) || 0), tail.join('-')];
}
