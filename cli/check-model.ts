/**
 * Models that cannot be built, told before anything runs.
 *
 * @module
 */
import type { DatasetDescription } from '../activities/datasets/packed/pin';
import { buildability, searchesArchitecture } from '../workflows/planning/buildable-models';
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
 * Warns of corners of a search at which there is no model.
 *
 * @throws CommandError where there is none as the study stands: it would end with its first trial.
 */
export function checkModel(
  { file, parsed, explain }: LoadedStudy,
  { shape, classes }: Pick<DatasetDescription, 'shape' | 'classes'>,
): void {
  const { errors, warnings } = buildability(parsed, { shape, classes });
  for (const warning of explain(warnings)) say(`warning: ${warning}`);
  if (errors.length > 0) throw studyInvalid(file, errors, explain(errors).join('\n'));
}

/** `checkModel` for a study that searches architectures, where its data set can be read. */
export async function checkSearchedModel(study: LoadedStudy): Promise<void> {
  if (!searchesArchitecture(study.parsed)) return;
  const dataset = await describedDataset(study).catch((error: unknown) => {
    const reason = error instanceof Error ? reasonOf(error) : String(error);
    say(
      `warning: whether the model can be built throughout the search is not known, for the data set cannot be read: ${reason}`,
    );
    return undefined;
  });
  if (dataset !== undefined) checkModel(study, dataset);
}
