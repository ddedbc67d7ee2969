/**
 * The activity that turns a study as written into one that can run: parsed, defaults filled, its data set packed and pinned.
 *
 * @module
 */
import { cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { StudyActivities } from '../../workflows/contract';
import { formatProblem, formatProblems, parseStudy, resolveParsed } from '../../workflows/spec';
import type { ParsedStudy } from '../../workflows/spec';
import { FORMAT_NAMES } from '../datasets/format-names';
import type { PackProgress } from '../datasets/pack';
import { pinDataset } from '../datasets/pin';
import type { PinDependencies } from '../datasets/pin';
import { PRESET_NAMES } from '../training/model/preset-names';
import { beating } from './beating';
import { studyKey } from './study-keys';
import { StudyInvalid } from './study-invalid';

/** @returns The `resolveStudy` activity on these dependencies. */
export function createResolveStudy(dependencies: PinDependencies): StudyActivities['resolveStudy'] {
  return async ({ studyId, study }) => {
    studyKey(studyId, '');
    const parsed = parsedOf(study);
    let latest: PackProgress = { doing: 'reading', examples: 0, examplesTotal: 0 };
    const onProgress = (progress: PackProgress): void => {
      latest = progress;
      heartbeat(progress);
      cancellationSignal().throwIfAborted();
    };
    const pinned = await beating(() => latest, () => pinDataset(dependencies, parsed.dataset, parsed.seed, { onProgress }));
    log.info('data set is pinned', { studyId, sha256: pinned.sha256, classes: pinned.classes, ...pinned.split });
    return resolveParsed(parsed, pinned);
  };
}

/** Parsed again, though the client did: not every client is ours. */
function parsedOf(study: unknown): ParsedStudy {
  const result = parseStudy(study, { presets: PRESET_NAMES, formats: FORMAT_NAMES });
  if (!result.ok) {
    const count = result.problems.length === 1 ? '1 problem' : `${result.problems.length} problems`;
    throw new StudyInvalid(`study has ${count}\n${formatProblems(result.problems)}`);
  }
  for (const warning of result.warnings) log.warn(formatProblem(warning));
  return result.study;
}
