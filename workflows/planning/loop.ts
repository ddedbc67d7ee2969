/**
 * The one loop over a stage's trials: ask while slots are free, run side by side, ask again whenever one ends. Pure:
 * the workflow, a plan, tests and benches differ in who trains and in what ends next, and in nothing of this.
 *
 * @module
 */
import type { RemainingBudget, Stage, StageContext } from '../stages/stage';
import type { TrialResult } from '../words/outcome';
import type { Trial, TrialSpec } from '../words/trial';

/** How a stage's trials stand. */
export interface Standing {
  /** In the order of their start; those that have not ended have no result. */
  readonly trials: readonly Trial[];
  /** Trials that run: each takes a slot. */
  readonly running: number;
  readonly parallelTrials: number;
  /**
   * In a reproducible study: the number of leading trials whose results the stage may see. It never falls. Absent:
   * every result counts as soon as it is there.
   */
  readonly visible?: number | undefined;
}

/** Who is asked. */
export interface Asked {
  /** The next trial, for what the stage may see; `undefined` for none now. */
  suggest(visible: readonly Trial[]): TrialSpec | undefined;
  /** Whether there is enough left for a trial; absent: for any. */
  admits?(spec: TrialSpec): boolean;
}

/** What to do now: start a trial, wait for one to end, or have the stage conclude. */
export type Step = { readonly start: TrialSpec } | 'wait' | 'conclude';

/**
 * What a stage does next. In a reproducible study suggestion k sees exactly the trials up to k - parallelTrials, so it
 * waits for those, however fast later ones end; a stage that has nothing to ask sees one more, until it has seen all.
 *
 * @returns The step, and how many trials the stage has seen.
 */
export function nextStep(standing: Standing, asked: Asked): { readonly step: Step; readonly visible: number } {
  const { trials, running, parallelTrials, visible } = standing;
  if (running >= parallelTrials) return { step: 'wait', visible: visible ?? 0 };
  const idle = running > 0 ? 'wait' : 'conclude';
  const step = (spec: TrialSpec | undefined): Step =>
    spec === undefined || asked.admits?.(spec) === false ? idle : { start: spec };
  if (visible === undefined) return { step: step(asked.suggest(trials)), visible: 0 };
  for (let seen = Math.max(visible, trials.length - parallelTrials + 1); ; seen += 1) {
    if (trials.slice(0, seen).some(({ result }) => result === undefined)) return { step: 'wait', visible: seen };
    const spec = asked.suggest(trials.map((trial, index) => (index < seen ? trial : { spec: trial.spec })));
    if (spec !== undefined || seen >= trials.length) return { step: step(spec), visible: seen };
  }
}

/** Trials that run, while nothing can be done but wait for one of them. */
export interface Waiting {
  readonly trials: readonly Trial[];
  /** Indexes in `trials`, in the order of their start; at least one. */
  readonly running: readonly number[];
}

/** The end of a trial that runs. */
export interface Ended {
  readonly index: number;
  readonly result: TrialResult;
}

/** The whole loop, for whoever says of running trials which ends next and how. @returns all trials of the stage. */
export function* trialsInTurn(
  asked: Asked,
  { parallelTrials, inOrder = false }: { readonly parallelTrials: number; readonly inOrder?: boolean },
): Generator<Waiting, readonly Trial[], Ended> {
  let trials: readonly Trial[] = [];
  let running: readonly number[] = [];
  let seen = 0;
  for (;;) {
    const standing = { trials, running: running.length, parallelTrials, visible: inOrder ? seen : undefined };
    const { step, visible } = nextStep(standing, asked);
    seen = visible;
    if (step === 'conclude') return trials;
    if (step === 'wait') {
      const { index, result } = yield { trials, running };
      running = running.filter((other) => other !== index);
      trials = trials.map((trial, i) => (i === index ? { spec: trial.spec, result } : trial));
    } else {
      running = [...running, trials.length];
      trials = [...trials, { spec: step.start }];
    }
  }
}

/**
 * What a stage asks for next, of what it may still spend. To go on with a training that paused takes device time, but
 * none of the number of trials; a stage that must run gets all that it asks for.
 */
export function suggestionWithin(stage: Stage, context: StageContext<unknown>): TrialSpec | undefined {
  const { deviceSeconds, trials } = context.remaining;
  if (stage.mustRun === true) return stage.suggest(context);
  if (deviceSeconds <= 0) return undefined;
  const spec = stage.suggest(context);
  return trials > 0 || spec?.continues !== undefined ? spec : undefined;
}

/** Whether a stage may begin a further training. */
export function canSpend(stage: Stage, { deviceSeconds, trials }: RemainingBudget): boolean {
  return stage.mustRun === true || (deviceSeconds > 0 && trials > 0);
}
