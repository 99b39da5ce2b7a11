const UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1000 },
] as const;

/** A span in its largest unit: "3 d", "18 min", "40 s". */
export function formatSpan(ms: number): string {
  const unit = UNITS.find((candidate) => ms >= candidate.ms) ?? UNITS[3];
  return `${Math.max(0, Math.floor(ms / unit.ms))} ${unit.name}`;
}

/** Elapsed time of a run: "0:11", "4:12", "1:02:40". */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Log time since the start of a run: "3:53.871". */
export function formatOffset(ms: number): string {
  const rest = Math.max(0, ms) % 1000;
  return `${formatClock(ms)}.${String(Math.floor(rest)).padStart(3, '0')}`;
}

/** A range of remaining time, in the unit of its larger end: "3–5 min", "20–40 s". */
export function formatRange(lowMs: number, highMs: number): { value: string; unit: string } {
  const unit = highMs >= 90_000 ? { name: 'min', ms: 60_000 } : { name: 's', ms: 1000 };
  const low = Math.max(0, Math.round(lowMs / unit.ms));
  const high = Math.max(1, Math.ceil(highMs / unit.ms));
  return { value: low >= high ? String(high) : `${low}–${high}`, unit: unit.name };
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units: "318 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < SIZES.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${value >= 100 || index === 0 ? Math.round(value) : value.toFixed(1)} ${SIZES[index]}`;
}

/** KiB as the reader thinks of memory: "512 MiB", "3.2 GiB". */
export function formatKib(kib: number): string {
  const mib = kib / 1024;
  return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GiB` : `${Math.round(mib)} MiB`;
}

/** "1 change", "5 changes"; irregular plurals are given. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
