/**
 * The trials that one entry of a sweep's `import` names.
 *
 * @module
 */
import type { TrialImport } from '../../../workflows/spec/trial-import';
import { VALIDATION_METRICS } from '../../../workflows/tasks';
import type { ValidationMetric } from '../../../workflows/tasks';
import { openFile } from '../../datasets/source/one-file';
import type { SourceAccess } from '../../datasets/source/source';
import type { ObjectStore } from '../../storage/object-store';
import { studyKey } from '../../study/study-keys';
import { TRIAL_FORMATS } from '../formats';
import { trialsOfRecord } from '../exported-study';
import { TrialsUnreadable } from '../trial-row';
import type { ForeignTrials } from '../trial-row';

export interface ImportAccess extends SourceAccess {
  /** Where earlier studies left their records; absent: `study` imports are not read. */
  readonly store?: ObjectStore;
}

/** Larger than the trials of any study; all of it is held in memory. */
const BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reads an import.
 *
 * @param metric What the study goes by.
 * @returns `undefined` for an earlier study where there is no store to look into.
 * @throws TrialsUnreadable, or DatasetInvalid from where the files are: only what data sets may be read from is read.
 */
export async function readImport(
  spec: TrialImport,
  access: ImportAccess,
  metric: ValidationMetric,
): Promise<ForeignTrials | undefined> {
  const trials = await read(spec, access, metric);
  if (spec.sameScale && trials !== undefined && isOtherMetric(trials, metric))
    throw new TrialsUnreadable(
      `sameScale must be left out: the scores are ${trials.scoredBy}, and the study goes by ${metric}`,
    );
  return trials;
}

/** Whether the scores are known to be of another metric. */
export const isOtherMetric = ({ scoredBy }: ForeignTrials, metric: ValidationMetric): boolean =>
  scoredBy !== metric && VALIDATION_METRICS.some((name) => name === scoredBy);

async function read(
  spec: TrialImport,
  access: ImportAccess,
  metric: ValidationMetric,
): Promise<ForeignTrials | undefined> {
  const { format, uri = '', study, score, direction } = spec;
  if (format === 'study') return access.store && earlierStudy(study ?? '', access.store);
  const trials = await TRIAL_FORMATS[format].read(await bytesAt(uri, access), { study, score, metric });
  if (direction !== undefined && trials.direction !== undefined && direction !== trials.direction) {
    throw new TrialsUnreadable(
      `direction must be ${trials.direction}, as the file itself says, or left out, got ${direction}`,
    );
  }
  return { ...trials, ...(direction !== undefined && { direction }) };
}

async function earlierStudy(name: string, store: ObjectStore): Promise<ForeignTrials> {
  const record = await store.get(studyKey(name, 'study.json'));
  if (record === undefined)
    throw new TrialsUnreadable(`the store has no record of a study ${name}: it writes one when it ends`);
  return trialsOfRecord(record.bytes);
}

async function bytesAt(uri: string, access: SourceAccess): Promise<Uint8Array> {
  const { source, name, bytes } = await openFile(uri, access);
  if (bytes > BYTES_MAX) throw new TrialsUnreadable(`the file must have at most ${BYTES_MAX} bytes, has ${bytes}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(name)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
