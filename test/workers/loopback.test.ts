import { isLoopback } from '../../workers/loopback';

test.each([
  ['127.0.0.1:7233', true],
  ['127.9.9.9:7233', true],
  ['localhost:7233', true],
  ['LOCALHOST', true],
  ['temporal.localhost:7233', true],
  ['[::1]:7233', true],
  ['127.example.com:7233', false],
  ['10.0.0.1:7233', false],
  ['[fe80::1]:7233', false],
  ['mylocalhost:7233', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
