import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a log file', () => {
  it('on a full disk loses lines and ends nobody; with room again it goes on', async () => {
    const file = path.join(folder, 'director.log');
    symlinkSync('/dev/full', file);
    const log = new LogFile(file);
    log.write('lost');
    // the error of the write comes later; an unheeded one would end this process
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(file);
    await expect
      .poll(
        () => {
          log.write('kept');
          return readIfThere(file);
        },
        { timeout: 5_000, interval: 100 },
      )
      .toContain('kept');
    expect(readIfThere(file)).not.toContain('lost');
    log.end();
  });
});

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // not made again yet
    return '';
  }
}
