import { nodeFinding } from '../../../cli/doctor/machine';

test.each([
  ['20.6.0', 'ok'],
  ['22.21.1', 'ok'],
  ['18.20.0', 'missing'],
  ['24.1.0', 'missing'],
])('Node %s is %s', (version, state) => {
  expect(nodeFinding(version).state).toBe(state);
});

test('an unsupported Node comes with what to do', () => {
  expect(nodeFinding('24.1.0').fix).toBe('use Node 20 or 22');
});
