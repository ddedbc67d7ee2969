/**
 * Errors that nobody foresaw: what they are known again by. The second time the same one comes from the same place, it
 * is a bug or a machine's fault that no third attempt mends.
 *
 * @module
 */
import { FAILURES } from '../workflows/words/contract';

/** Errors that have a meaning of their own: to be tried again, to be given up, or to be told. */
const FORESEEN: ReadonlySet<string> = new Set([
  ...Object.values(FAILURES),
  'CancelledFailure',
  'AbortError',
  'PreconditionFailed',
  'StudyInvalid',
  'TrainerFailed',
  'TrialBusy',
]);

/** A disk that is full, or a machine short of something: somebody makes room, or it passes. */
const SHORTAGES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** Most that are remembered, the newest. */
const REMEMBERED_MAX = 1000;

/** Name and code, e.g. `Error EACCES`; `undefined` of an error that was foreseen, or that passes. */
export function unforeseenWords(error: unknown): string | undefined {
  if (!(error instanceof Error) || FORESEEN.has(error.name)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SHORTAGES.has(code) || [...SHORTAGES].some((shortage) => error.message.startsWith(`${shortage}:`)))
    return undefined;
  return `${error.name}${code === '' ? '' : ` ${code}`}`;
}

/** What this process saw of late, by the place it came from. */
export class Repetitions {
  private readonly last = new Map<string, string>();

  /** @returns Whether the error before from this place was the same. Foreseen ones say nothing, and change nothing. */
  isRepeated(place: string, error: unknown): boolean {
    const words = unforeseenWords(error);
    if (words === undefined) return false;
    const again = this.last.get(place) === words;
    this.last.delete(place);
    this.last.set(place, words);
    if (this.last.size > REMEMBERED_MAX) this.last.delete(this.last.keys().next().value!);
    return again;
  }
}
