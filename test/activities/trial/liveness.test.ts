import { Liveness, TRANSFER_STALL_SECONDS } from '../../../activities/trial/liveness';
import type { Phase } from '../../../activities/trial/liveness';

/** A trial watched by a clock of the test's own; its timer never fires by itself. */
function watched(phase: Phase) {
  const seen = { heartbeats: 0, stalls: [] as number[] };
  let seconds = 0;
  const liveness = new Liveness({
    heartbeat: () => {
      seen.heartbeats += 1;
    },
    heartbeatEverySeconds: 1_000_000,
    onStall: (silence) => seen.stalls.push(silence),
    now: () => seconds * 1000,
  });
  liveness.enter(phase);
  const pass = (passed: number): void => {
    seconds += passed;
    liveness.check();
  };
  return { liveness, seen, pass };
}

const ended: Liveness[] = [];
const start = (phase: Phase = 'training'): ReturnType<typeof watched> => {
  const found = watched(phase);
  ended.push(found.liveness);
  return found;
};
afterEach(() => ended.splice(0).forEach((liveness) => liveness.end()));

test('the first heartbeat is sent after a second, and none once the trial has ended', () => {
  jest.useFakeTimers();
  try {
    const { seen } = start();
    jest.advanceTimersByTime(999);
    expect(seen.heartbeats).toBe(0);
    jest.advanceTimersByTime(1);
    expect(seen.heartbeats).toBe(1);
    const short = start();
    short.liveness.end();
    jest.advanceTimersByTime(2_000);
    expect(short.seen.heartbeats).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('before the first step five minutes of silence are no stall, one second more is one', () => {
  const { seen, pass } = start();
  pass(300);
  expect(seen).toEqual({ heartbeats: 1, stalls: [] });
  pass(1);
  expect(seen.stalls).toEqual([301]);
});

test('fast steps make a minute of silence a stall', () => {
  const { liveness, seen, pass } = start();
  for (let step = 0; step < 10; step++) {
    pass(0.2);
    liveness.stepped();
  }
  pass(60);
  expect(seen.stalls).toEqual([]);
  pass(1);
  expect(seen.stalls).toEqual([61]);
});

test('steps that take long may take twenty times as long', () => {
  const { liveness, seen, pass } = start();
  for (let step = 0; step < 3; step++) {
    pass(10);
    liveness.stepped();
  }
  pass(200);
  expect(seen.stalls).toEqual([]);
  pass(1);
  expect(seen.stalls).toHaveLength(1);
});

test('one slow first step does not hide a hang for hours', () => {
  const { liveness } = start();
  expect(liveness.stallSeconds).toBe(300);
  const slow = start();
  slow.pass(90);
  slow.liveness.stepped();
  expect(slow.liveness.stallSeconds).toBe(300);
  const slower = start();
  slower.pass(250);
  slower.liveness.stepped();
  expect(slower.liveness.stallSeconds).toBe(750);
});

test('a trial that waits for its turn never stalls: those that it waits for are watched themselves', () => {
  const { seen, pass } = start('waiting');
  pass(100_000);
  expect(seen).toEqual({ heartbeats: 1, stalls: [] });
});

test('while it trains, an upload beside it does not hide that the trainer hangs', () => {
  const { liveness, seen, pass } = start();
  pass(1);
  liveness.stepped();
  for (let second = 0; second < 61; second++) {
    liveness.moved();
    pass(1);
  }
  expect(seen.stalls).toEqual([61]);
});

test('a transfer of any length goes on while bytes move at 64 kbit/s', () => {
  const { liveness, seen, pass } = start();
  pass(0.1);
  liveness.stepped();
  liveness.enter('transferring');
  for (let shard = 0; shard < 100; shard++) {
    pass((16 * 1024 * 1024) / (64_001 / 8));
    liveness.moved();
  }
  expect(seen).toEqual({ heartbeats: 101, stalls: [] });
});

test('a transfer that moves nothing for too long is a stall', () => {
  const { liveness, seen, pass } = start('transferring');
  liveness.moved();
  pass(TRANSFER_STALL_SECONDS);
  expect(seen.stalls).toEqual([]);
  pass(1);
  expect(seen.stalls).toHaveLength(1);
});

test('a stall is told once, and heartbeats go on for the five minutes that its end may take', () => {
  const { liveness, seen, pass } = start();
  pass(301);
  pass(300);
  liveness.stepped();
  expect(seen).toEqual({ heartbeats: 2, stalls: [301] });
  pass(1);
  expect(seen).toEqual({ heartbeats: 2, stalls: [301] });
});
