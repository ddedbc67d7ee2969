/**
 * The activity that turns a study as written into one that can run: parsed, defaults filled, its data set packed and
 * pinned.
 *
 * @module
 */
import { activityInfo, cancellationSignal, heartbeat, log } from '@temporalio/activity';
import { adviceOn } from '../../workflows/planning/advice';
import type { ResolveStudyInput, StudyActivities } from '../../workflows/words/contract';
import { formatProblem, formatProblems, parseStudy, resolveParsed } from '../../workflows/spec';
import type { ParsedStudy, Problem } from '../../workflows/spec';
import type { ResolvedStudy } from '../../workflows/words/study';
import { isStored } from '../datasets/packed/pack';
import type { PackOptions, PackProgress } from '../datasets/packed/pack';
import { pinDataset } from '../datasets/packed/pin';
import type { PinDependencies } from '../datasets/packed/pin';
import { waitWhileCondemned } from '../garbage/collector-lock';
import { pinImports } from '../interchange/warm-start/pin-imports';
import { carryDecisions } from './carry-decisions';
import { dataProblems } from './check-metrics';
import { heartbeating, telling } from './heartbeating';
import { KNOWN_NAMES } from './known-names';
import { writeOpening } from './opening';
import { isModelStored, pinModel, pinnedOf } from './pin-model';
import type { PinModelDependencies } from './pin-model';
import { pinWeights } from './pin-weights';
import { StudyInvalid, studyKey } from './study-keys';
import { keepDecisions } from './study-runs';

/** Collections are rare: what goes twice is deleted by somebody else, which its first trial tells. */
const PIN_TRIES_MAX = 3;

/** @returns The `resolveStudy` activity on these dependencies. */
export function createResolveStudy(
  dependencies: PinDependencies & PinModelDependencies,
): StudyActivities['resolveStudy'] {
  return async (input) => {
    const { studyId, study } = input;
    studyKey(studyId, '');
    const parsed = await heartbeating((onMoved, signal) =>
      withImports(parsedOf(study), reporting(dependencies, onMoved, signal)),
    );
    let latest: PackProgress = { doing: 'reading', examples: 0, examplesTotal: 0 };
    return heartbeating(
      (onMoved, signal) => {
        const onProgress = (progress: PackProgress): void => {
          latest = progress;
          onMoved();
          heartbeat(progress);
          cancellationSignal().throwIfAborted();
        };
        return open(reporting(dependencies, onMoved, signal), input, parsed, { onProgress });
      },
      () => latest,
    );
  };
}

/** The same, whose stores tell of each object that they moved. */
function reporting<Dependencies extends PinDependencies>(
  dependencies: Dependencies,
  onMoved: () => void,
  signal: AbortSignal,
): Dependencies {
  const { store, openBucket } = dependencies;
  return {
    ...dependencies,
    store: telling(store, onMoved, signal),
    ...(openBucket && { openBucket: (bucket) => telling(openBucket(bucket), onMoved, signal) }),
  };
}

/**
 * Pins model and data set and notes the study in the store; again if a garbage collection took either away in between.
 */
async function open(
  dependencies: PinDependencies & PinModelDependencies,
  input: ResolveStudyInput,
  parsed: ParsedStudy,
  options: PackOptions,
): Promise<ResolvedStudy> {
  const { store } = dependencies;
  const { studyId, study: asked, studyRun = runOfThis(), fresh, origins, carried } = input;
  for (let tries = 1; ; tries++) {
    const bundled = await pinModel(dependencies, parsed.model, carried?.model);
    const model = await pinWeights(dependencies, bundled, carried?.model);
    const known = carried?.dataset;
    const pinned =
      known !== undefined && (await isStored(store, known))
        ? known
        : await pinDataset(dependencies, parsed.dataset, parsed.seed, options);
    const problems = await dataProblems(store, parsed, pinned);
    if (problems.length > 0) throw invalid(problems);
    const study = resolveParsed({ ...parsed, model }, pinned);
    await keepDecisions(store, studyId, studyRun);
    await writeOpening(store, {
      studyId,
      studyRun,
      asked,
      study,
      ...(fresh !== undefined && { fresh }),
      ...(origins && { origins }),
    });
    if (carried !== undefined) await carryDecisions(store, { studyId, studyRun, carried });
    await waitWhileCondemned(
      store,
      [pinned, ...pinnedOf(model)].map(({ sha256 }) => sha256),
    );
    const isKept = (await isStored(store, pinned)) && (await isModelStored(store, model));
    if (tries < PIN_TRIES_MAX && !isKept) continue;
    for (const advice of adviceOn(study, { ...pinned.split, classes: pinned.classes })) log.warn(formatProblem(advice));
    log.info('data set is pinned', { studyId, sha256: pinned.sha256, classes: pinned.classes, ...pinned.split });
    return study;
  }
}

/** Of a workflow of an earlier version, which does not say. */
function runOfThis(): string {
  const { workflowExecution, activityRunId } = activityInfo();
  return workflowExecution?.runId ?? activityRunId ?? '';
}

async function withImports(parsed: ParsedStudy, dependencies: PinDependencies): Promise<ParsedStudy> {
  const { study, problems, warnings } = await pinImports(parsed, dependencies);
  if (problems.length > 0) throw invalid(problems);
  for (const warning of warnings) log.warn(formatProblem(warning));
  return study;
}

function invalid(problems: readonly Problem[]): StudyInvalid {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new StudyInvalid(`study has ${count}\n${formatProblems(problems)}`);
}

/** Parsed again, though the client did: not every client is ours. */
function parsedOf(study: unknown): ParsedStudy {
  const result = parseStudy(study, KNOWN_NAMES);
  if (!result.ok) throw invalid(result.problems);
  for (const warning of result.warnings) log.warn(formatProblem(warning));
  return result.study;
}
