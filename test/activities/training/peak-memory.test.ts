import { peakMemory, resetPeakMemory } from '../../../activities/training/peak-memory';

it("is a trial's own in a process that trains for the first time, and an upper bound in one that trained before", () => {
  resetPeakMemory();
  expect(peakMemory(false)).toEqual({ peakBytes: expect.any(Number) });
  resetPeakMemory();
  expect(peakMemory(false)).toEqual({ peakBytes: expect.any(Number), peakIsUpperBound: true });
});
