import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { asFailure } from '../../activities/failures';
import { StorageDenied, StorageRefused } from '../../activities/storage/object-store';

/** Of a failure that is tried again Temporal's server keeps so much, and else only says that it was too large. */
const KEPT_BYTES = 4 * 1024;

const bytesOf = (error: Error): number =>
  Buffer.byteLength(JSON.stringify(new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter)));

test('what time or an operator mends may be tried again, what nothing mends may not', () => {
  expect(asFailure(new StorageRefused('expired'))).toMatchObject({ type: 'StorageRefused', nonRetryable: false });
  expect(asFailure(new StorageDenied('damaged'))).toMatchObject({ type: 'StorageDenied', nonRetryable: true });
});

test('a failure that is tried again fits into what Temporal shows of it, whatever it says and wraps', () => {
  const deep = (levels: number): Error => (levels === 0 ? new Error('é'.repeat(9_000)) : nested(levels));
  const nested = (levels: number): Error => new Error('x'.repeat(9_000), { cause: deep(levels - 1) });
  const failure = asFailure(new StorageRefused(`the token has expired ${'é'.repeat(9_000)}`, { cause: deep(5) }));
  expect(failure.message).toMatch(/^the token has expired é+/);
  expect(bytesOf(failure)).toBeLessThan(KEPT_BYTES);
});

test('a failure says where it was thrown, and what was behind it', () => {
  const failure = asFailure(new StorageRefused('refused', { cause: new Error('the token has expired') }));
  expect(failure.stack).toContain('failures.test.ts');
  expect(failure).toMatchObject({ message: 'refused', cause: { message: 'the token has expired' } });
});

test('failures and cancellations pass as they are', () => {
  for (const error of [ApplicationFailure.create({ message: 'x' }), new CancelledFailure('y')])
    expect(asFailure(error)).toBe(error);
});
