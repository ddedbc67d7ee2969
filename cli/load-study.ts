/**
 * From a file name to a study that is right, as far as one can tell without running it.
 *
 * @module
 */
import { parseStudy } from '../workflows/spec';
import type { ParsedStudy, Problem } from '../workflows/spec';
import { absoluteDatasetUri } from './dataset-uri';
import { studyInvalid } from './failure';
import { knownNames } from './known-names';
import { say } from './output';
import { readStudy } from './read-study';

export interface LoadedStudy {
  readonly file: string;
  readonly parsed: ParsedStudy;
  /** As it was written, but for the data set's absolute address: what is sent to the workers. */
  readonly input: unknown;
}

/** Studies that commands take when none is named, in this order. */
const DEFAULT_STUDY_FILE = 'study.yaml';

/** Reads, parses and checks a study; warnings go to stderr. @throws CommandError with every problem and its line. */
export async function loadStudy(file: string = DEFAULT_STUDY_FILE): Promise<LoadedStudy> {
  const { value, folder, explain } = await readStudy(file);
  const result = parseStudy(value, knownNames());
  const dataset = datasetOf(value);
  const address = typeof dataset?.uri === 'string' && dataset.uri !== '' ? absoluteDatasetUri(dataset.uri, folder) : undefined;
  const missing: readonly Problem[] = address !== undefined && 'problem' in address ? [address.problem] : [];
  if (!result.ok || missing.length > 0) {
    const found = result.ok ? [] : result.problems;
    const problems = [...found, ...missing.filter(({ path }) => !found.some((problem) => problem.path === path))];
    throw studyInvalid(file, problems, explain(problems).join('\n'));
  }
  for (const warning of explain(result.warnings)) say(`warning: ${warning}`);
  const uri = address !== undefined && 'uri' in address ? address.uri : result.study.dataset.uri;
  const parsed = { ...result.study, dataset: { ...result.study.dataset, uri } };
  return { file, parsed, input: { ...(value as object), dataset: { ...dataset, uri } } };
}

function datasetOf(value: unknown): { readonly uri?: unknown } | undefined {
  const dataset = typeof value === 'object' && value !== null && 'dataset' in value ? value.dataset : undefined;
  return typeof dataset === 'object' && dataset !== null ? dataset : undefined;
}
