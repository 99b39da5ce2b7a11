import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withHostsBlock } from './hosts-block.ts';

const FILE = '127.0.0.1 localhost\n\n# mine\n10.0.0.1 printer\n';
const lines = [
  { address: '10.99.0.10', name: 'api.pks.example.test' },
  { address: '10.99.0.2', name: 'demo.example.test' },
];

test('the block is marked, aligned and at the end', () => {
  expect(
    withHostsBlock(FILE, 'a1b2c3', lines),
  ).toBe(`${FILE}# tessera a1b2c3 begin (written by tessera hosts; removed by npm run destroy)
10.99.0.10  api.pks.example.test
10.99.0.2   demo.example.test
# tessera a1b2c3 end
`);
});

test('writing twice is writing once, and removing gives the file back', () => {
  const once = withHostsBlock(FILE, 'a1b2c3', lines);
  expect(withHostsBlock(once, 'a1b2c3', lines)).toBe(once);
  expect(withHostsBlock(once, 'a1b2c3', [])).toBe(FILE);
  expect(withHostsBlock(FILE, 'a1b2c3', [])).toBe(FILE);
});

test('a block between other lines is renewed where it stands, and another installation keeps its own', () => {
  const two = withHostsBlock(withHostsBlock(FILE, 'a1b2c3', lines), 'ffffff', lines.slice(1));
  const renewed = withHostsBlock(`${two}10.0.0.2 scanner\n`, 'a1b2c3', lines.slice(0, 1));
  expect(renewed.split('\n').filter((line) => line.endsWith('demo.example.test'))).toHaveLength(1);
  expect(renewed.indexOf('a1b2c3 begin')).toBeLessThan(renewed.indexOf('ffffff begin'));
  expect(renewed.endsWith('10.0.0.2 scanner\n')).toBe(true);
});

test('whatever is in the file stays', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ -~]{0,30}$/)), (rows) => {
      const file = rows.map((row) => `${row}\n`).join('');
      expect(withHostsBlock(withHostsBlock(file, 'a1b2c3', lines), 'a1b2c3', [])).toBe(file);
    }),
  );
});
