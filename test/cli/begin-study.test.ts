import { placeTaken } from '../../cli/begin-study';

test('a study that has completed keeps its place until another run completes, and both places are told', () => {
  const holder = { completedAt: '2026-11-30T08:02:55.123Z', place: 's3://stepwell/v1/studies/twin/', studyRun: 'one' };
  expect(placeTaken('twin', holder, 'two')).toBe(
    'study twin completed on 2026-11-30 08:02 UTC: this run takes its place when it completes, and the earlier one stays at s3://stepwell/v1/studies/twin/runs/one/; if it does not complete, that one keeps its place, and this run is at s3://stepwell/v1/studies/twin/runs/two/',
  );
});
