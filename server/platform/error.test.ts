import { describe, expect, it } from 'vitest';
import { asTesseraError, TesseraError, tesseraErrorOf } from './error.ts';

/** What an error of another chunk of the bundle looks like: same name and fields, another class. */
class Foreign extends Error {
  override name = 'TesseraError';
  code = 'bad_passphrase';
  fields = { passphrase: 'wrong' };
}

describe('an error of another chunk', () => {
  it('is known by its name, with code, status and fields', () => {
    const error = tesseraErrorOf(new Foreign('The passphrase is wrong.'));
    expect(error).toMatchObject({ code: 'bad_passphrase', http: 401, fields: { passphrase: 'wrong' } });
    expect(error?.message).toBe('The passphrase is wrong.');
  });

  it('is none when it only carries a code', () => {
    expect(tesseraErrorOf(Object.assign(new Error('x'), { code: 'conflict' }))).toBeNull();
    expect(tesseraErrorOf('conflict')).toBeNull();
  });
});

describe('asTesseraError', () => {
  it('keeps the very error, and calls what it does not know internal', () => {
    const error = new TesseraError('busy', 'x', { fields: { a: 'b' } });
    expect(asTesseraError(error)).toBe(error);
    expect(asTesseraError(Object.assign(new Error('x'), { code: 'ENOENT' })).code).toBe('internal');
  });
});
