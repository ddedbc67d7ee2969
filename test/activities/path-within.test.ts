import { isWithin } from '../../activities/path-within';

test.each([
  ['/data', '/data'],
  ['/data/', '/data'],
  ['/data/digits/train', '/data'],
  ['/data/..x', '/data'],
  ['/data/...', '/data'],
  ['/data/a/../b', '/data'],
  ['/any', '/'],
])('%s is within %s', (file, root) => {
  expect(isWithin(file, root)).toBe(true);
});

test.each([
  ['/', '/data'],
  ['/database', '/data'],
  ['/data/../etc', '/data'],
  ['/..x', '/data'],
  ['/other/data', '/data'],
])('%s is not within %s', (file, root) => {
  expect(isWithin(file, root)).toBe(false);
});
