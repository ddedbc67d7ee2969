import { formatProblems } from '../../../workflows/spec';
import type { Problem } from '../../../workflows/spec';

/** A request that gets no answer: the HTTP status, and every reason. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  constructor(
    readonly status: number,
    readonly problems: readonly Problem[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(formatProblems(problems));
  }
}

/** Refused for one reason. */
export const refusal = (status: number, problem: Problem, headers: Readonly<Record<string, string>> = {}) =>
  new RequestRefused(status, [problem], headers);
