/**
 * What the data set tells of a study before anything runs: models that cannot be built, and what will not do what its
 * writer thinks.
 *
 * @module
 */
import type { DatasetDescription } from '../activities/datasets/packed/pin';
import { adviceOn } from '../workflows/planning/advice';
import { buildability, searchesArchitecture } from '../workflows/planning/buildable-models';
import type { Problem } from '../workflows/spec';
import { reasonOf, studyInvalid } from './failure';
import type { LoadedStudy } from './load-study';
import { say } from './output';

/** Reads the headers and labels of a study's data set; packs and writes nothing. @throws DatasetInvalid */
export function describedDataset({ parsed }: Pick<LoadedStudy, 'parsed'>): Promise<DatasetDescription> {
  // The AWS SDK takes half a second to load: only commands that may open a bucket pay for it.
  const {
    describeDataset,
  }: typeof import('../activities/datasets/packed/pin') = require('../activities/datasets/packed/pin');
  const { s3Store }: typeof import('../activities/storage/s3') = require('../activities/storage/s3');
  return describeDataset(parsed.dataset, parsed.seed, { fileRoots: ['/'], openBucket: s3Store });
}

/**
 * Warns of corners of a search at which there is no model, and of all that `planning/advice` finds.
 *
 * @returns The warnings.
 * @throws CommandError where there is no model as the study stands: it would end with its first trial.
 */
export function checkStudy(
  { file, parsed, explain }: LoadedStudy,
  dataset: Pick<DatasetDescription, 'shape' | 'classes' | 'split'> | undefined,
): readonly Problem[] {
  const found = dataset === undefined ? { errors: [], warnings: [] } : buildability(parsed, dataset);
  const warnings = [...found.warnings, ...adviceOn(parsed, dataset && { ...dataset.split, classes: dataset.classes })];
  for (const warning of explain(warnings)) say(`warning: ${warning}`);
  if (found.errors.length > 0) throw studyInvalid(file, found.errors, explain(found.errors).join('\n'));
  return warnings;
}

/**
 * `checkStudy` as far as its data set can be read. A store is asked only for the sake of a search for architectures:
 * where it does not answer, that takes minutes.
 */
export async function checkReadable(study: LoadedStudy): Promise<readonly Problem[]> {
  const isAtHand = study.parsed.dataset.uri.startsWith('file:');
  if (!isAtHand && !searchesArchitecture(study.parsed)) return checkStudy(study, undefined);
  const dataset = await describedDataset(study).catch((error: unknown) => {
    const reason = error instanceof Error ? reasonOf(error) : String(error);
    if (searchesArchitecture(study.parsed))
      say(
        `warning: whether the model can be built throughout the search is not known, for the data set cannot be read: ${reason}`,
      );
    return undefined;
  });
  return checkStudy(study, dataset);
}
