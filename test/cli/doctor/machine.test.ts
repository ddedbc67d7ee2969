import { nodeFinding } from '../../../cli/doctor/machine';

test.each([
  ['20.18.3', 'missing', 'Node must be version 20.19 or later, got 20.18.3; use Node 20.19 to 26'],
  ['20.19.0', 'ok', undefined],
  ['26.3.0', 'ok', undefined],
  ['27.0.0', 'ok', 'Node 27.0.0 is newer than those that were tried; if something fails, use Node 20.19 to 26'],
])('Node %s is %s', (version, state, fix) => {
  expect(nodeFinding(version)).toEqual({ name: 'Node', state, detail: version, ...(fix !== undefined && { fix }) });
});
