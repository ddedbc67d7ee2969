/**
 * The way of a long stage's trials out of the workflow's state into the store, and back into its next run.
 *
 * @module
 */
import { proxyActivities } from '@temporalio/workflow';
import { NON_RETRYABLE } from '../../words/contract';
import type { StudyActivities } from '../../words/contract';
import type { Decision } from '../../stages/stage';
import type { LiveStudy, StudyState } from '../state';
import type { StageUse } from '../../words/study';
import type { Trial } from '../../words/trial';
import { packed, unpacked } from './packed';
import type { Packed, Plain } from './packed';
import { storable } from './stage-trials';

/** Trials of a stage that has not decided may ride along with the workflow's input up to this size. */
const CARRIED_CHARACTERS_MAX = 100_000;

/** A decision is recorded with its trials, unless they are more than this. */
const RECORDED_MAX = 500;

/** A fifth of what Temporal takes at once. */
const PAGE_CHARACTERS_MAX = 400_000;

/** The trials behind these are trained: they wait for the store for as long as it takes. */
const { recordTrials, loadTrials } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '4 days',
  heartbeatTimeout: '2 minutes',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

/** Before the workflow continues as new: with no trial running, all but the interrupted ones can leave. */
export async function storeBeforeNextRun(study: LiveStudy, use: StageUse): Promise<void> {
  if (JSON.stringify(storable(study.state.stageOf(use))).length > CARRIED_CHARACTERS_MAX) await storeTrials(study, use);
}

/** Before a decision is recorded. */
export async function storeBeforeDecision(study: LiveStudy, use: StageUse): Promise<void> {
  const { stored, trials } = study.state.stageOf(use);
  if (stored.pages > 0 || trials.length > RECORDED_MAX) await storeTrials(study, use);
}

/** A decision whose trials are stored: their points are read from there. */
export function withoutPoints(decision: Decision): Decision {
  const { insights } = decision;
  if (insights?.search === undefined) return decision;
  const { points: _, ...search } = insights.search;
  return { ...decision, insights: { ...insights, search } };
}

async function storeTrials(study: LiveStudy, use: StageUse): Promise<void> {
  const rest = (): readonly Trial[] => storable(study.state.stageOf(use));
  while (rest().length > 0) {
    const { state } = study;
    const { trials, page } = pageOf(rest());
    await recordTrials({
      ...pagesOf(state, use),
      page: state.stageOf(use).stored.pages,
      objective: state.resolved.objective,
      trials: page,
    });
    study.state = study.state.paged(use, trials);
  }
}

/** As many of the first trials as a page takes; at least one. */
function pageOf(trials: readonly Trial[]): { readonly trials: readonly Trial[]; readonly page: Packed } {
  for (let count = trials.length; ; count = Math.ceil(count / 2)) {
    const first = trials.slice(0, count);
    const page = packed(first as unknown as readonly Plain[]);
    if (count === 1 || JSON.stringify(page).length <= PAGE_CHARACTERS_MAX) return { trials: first, page };
  }
}

/** What earlier runs of the workflow stored of the stage that goes on. */
export async function bringBackTrials(study: LiveStudy, use: StageUse): Promise<void> {
  const { missing, stored } = study.state.stageOf(use);
  if (missing === 0) return;
  const trials: Trial[] = [];
  for (let page: number | undefined = 0; page !== undefined;) {
    const loaded: Awaited<ReturnType<typeof loadTrials>> = await loadTrials({
      ...pagesOf(study.state, use),
      page,
      pages: stored.pages,
    });
    trials.push(...(unpacked(loaded.trials) as unknown as readonly Trial[]));
    page = loaded.next;
  }
  study.state = study.state.broughtBack(use, trials);
}

function pagesOf({ studyId, run: { studyRun } }: StudyState, { stageId }: StageUse) {
  return { studyId, studyRun, stageId };
}
