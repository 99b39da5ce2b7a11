export type PrintLog = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

/** JSON lines on stdout, where runit's logger takes them. Never given file contents, environments or keys. */
export const printLog: PrintLog = (level, message, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`);
};

/** The sentence of a thrown value. */
export const sentence = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** True for a system error of this code (`ENOENT`, `ENXIO`). */
export const isErrno = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code;
