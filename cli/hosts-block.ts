/** One name for one address, as a line of /etc/hosts. */
export type HostLine = { address: string; name: string };

const begin = (installation: string): string =>
  `# tessera ${installation} begin (written by tessera hosts; removed by npm run destroy)`;
const end = (installation: string): string => `# tessera ${installation} end`;

/** The marked block of one installation. */
export function hostsBlock(installation: string, lines: readonly HostLine[]): string {
  const width = Math.max(0, ...lines.map((line) => line.address.length));
  const text = lines.map((line) => `${line.address.padEnd(width)}  ${line.name}\n`).join('');
  return `${begin(installation)}\n${text}${end(installation)}\n`;
}

/** Pure: the file with this installation's block set to `lines` (removed when there are none); every other byte stays. */
export function withHostsBlock(file: string, installation: string, lines: readonly HostLine[]): string {
  const block = new RegExp(`^# tessera ${installation} begin.*?^# tessera ${installation} end[^\\n]*\\n?`, 'ms');
  const next = lines.length === 0 ? '' : hostsBlock(installation, lines);
  // a function, because a replacement text would give $ a meaning
  if (block.test(file)) return file.replace(block, () => next);
  if (next === '') return file;
  return `${file}${file === '' || file.endsWith('\n') ? '' : '\n'}${next}`;
}
