import { explainLog } from '../../../infra/services/errors';

test.each([
  ['portTaken', "can't set frontend port 7233: listen tcp 127.0.0.1:7233: bind: address already in use"],
  ['portTaken', 'FATAL Unable to start the server: Specified port is already in use'],
  ['diskFull', 'unable to write: database or disk is full'],
  ['diskFull', 'write /data/x: no space left on device'],
  ['notWritable', 'open /data/temporal.db: permission denied'],
  ['databaseInUse', 'sql schema setup failed: database is locked (5) (SQLITE_BUSY)'],
  ['noAttributes', 'xattr check failed: xattrs are not supported on this filesystem'],
])('a log is understood as %s: %s', (reason, log) => {
  expect(explainLog(`something before\n${log}\nsomething after`)).toMatchObject({
    reason,
    cause: expect.stringMatching(/./),
    fix: expect.stringMatching(/./),
  });
});

test('a log that says nothing known is not guessed at', () => {
  expect(explainLog('panic: runtime error')).toBeUndefined();
});
