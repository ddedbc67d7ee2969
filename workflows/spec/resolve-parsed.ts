import type { PinnedDataset, ResolvedStudy } from '../words/study';
import type { ParsedStudy } from './parse-study';

/** A parsed study with its data set pinned by content. */
export function resolveParsed(parsed: ParsedStudy, pinned: PinnedDataset): ResolvedStudy {
  return { ...parsed, dataset: pinned };
}
