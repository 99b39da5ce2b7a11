import { expect, test } from 'vitest';
import { isDatabaseDown } from './is-database-down.ts';

/** As pg throws them: SQLSTATE in `code`, `severity` beside it. */
function fromPostgres(code: string): Error {
  return Object.assign(new Error(`SQLSTATE ${code}`), { code, severity: 'ERROR' });
}

test.each(['57P01', '57P02', '57P03', '08006', '53100'])('%s means that the server cannot serve now', (code) => {
  expect(isDatabaseDown(fromPostgres(code))).toBe(true);
  expect(isDatabaseDown(new Error('saving the plan', { cause: fromPostgres(code) }))).toBe(true);
});

test.each(['23505', '42P01', '40P01'])('%s is a matter of the statement', (code) => {
  expect(isDatabaseDown(fromPostgres(code))).toBe(false);
});

test('a refused connection of PostgreSQL counts, a missing file of another program does not', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect', port: 5432 });
  expect(isDatabaseDown(refused)).toBe(true);
  expect(isDatabaseDown(Object.assign(new Error('open'), { code: 'ENOENT', syscall: 'open' }))).toBe(false);
});
