/**
 * A study from its file to its result in simulated time: its trials take as long as a test says, and only the time in
 * which they train counts as busy.
 *
 * @module
 */
import type * as Workflow from '@temporalio/workflow';
import { createStudyActivities, memoryStore } from '../../activities';
import { tuneStudy } from '../../workflows';
import { parseStudy, resolveParsed } from '../../workflows/spec';
import type { StudyInput } from '../../workflows/spec';
import type { RecordTrialsInput, RunTrialInput, StudyActivities, TuneStudyInput } from '../../workflows/words/contract';
import { askedDigest } from '../../workflows/trials/asked';
import type { Outcome } from '../../workflows/words/outcome';
import type { StudyResult } from '../../workflows/words/progress';
import type { TrialSpec } from '../../workflows/words/trial';
import { quietEnvironment } from './activity-environment';
import { MADE_UP_DATASET } from './scripted-files';
import { resultOf } from './stages';
import { Simulation } from './simulated-workflow';
import type { HistoryLimits, Simulated } from './simulated-workflow';

const { ContinueAsNew } = jest.requireActual<typeof Workflow>('@temporalio/workflow');

/** Seconds that a small activity takes, a trainer until it trains, and one that is told to stop until it has. */
const SECONDS = { activity: 0.02, start: 1, stop: 1 };

export interface SimulatedTraining {
  readonly seconds: number;
  readonly outcome: Outcome;
}

interface SimulatedStudy {
  readonly file: StudyInput;
  readonly limits: HistoryLimits;
  readonly training: (spec: TrialSpec) => SimulatedTraining;
  readonly onActivation?: () => void;
  /** In place of the real one. */
  readonly suggestPoints?: StudyActivities['suggestPoints'];
}

export interface SimulatedEnd {
  readonly result: StudyResult;
  /** Trials in the order in which they were started first. */
  readonly trials: readonly TrialSpec[];
  /** Runs of the workflow, by the trials that each started. */
  readonly runs: readonly number[];
  /** Bytes of each run's input and history. */
  readonly sizes: readonly { readonly input: number; readonly history: number }[];
  /** Share of the slots' time in which they trained, up to the last start of a trial. */
  readonly busy: number;
}

/** Once the module is mocked, as `./simulated-workflow` says. */
export async function simulateStudy(study: SimulatedStudy): Promise<SimulatedEnd> {
  const { file, limits, onActivation } = study;
  const slots = new Slots(study.training, () => simulation.now);
  const small = smallActivities(study);
  const simulation: Simulation = new Simulation(
    async (name, input) =>
      name === 'runTrial'
        ? slots.trial(input as RunTrialInput)
        : { seconds: SECONDS.activity, result: await small(name, input) },
    limits,
  );
  if (onActivation !== undefined) simulation.onActivation = onActivation;
  let input: TuneStudyInput = { studyId: file.name, study: file, taskQueuePrefix: '', searchAttributes: false };
  const [runs, sizes]: [number[], SimulatedEnd['sizes'][number][]] = [[], []];
  for (;;) {
    const before = slots.starts;
    const end = await simulation.run(input, () => tuneStudy(input)).catch((error: unknown) => error);
    runs.push(slots.starts - before);
    sizes.push({ input: JSON.stringify(input).length, history: simulation.size.bytes });
    if (end instanceof ContinueAsNew) [input] = (end.command as { args: [TuneStudyInput] }).args;
    else if (end instanceof Error) throw end;
    else
      return {
        result: end as StudyResult,
        trials: slots.trials,
        runs,
        sizes,
        busy: slots.secondsTrained() / (slots.lastStart * (file.budget?.parallelTrials ?? 1)),
      };
    input = JSON.parse(JSON.stringify(input)) as TuneStudyInput;
  }
}

/** The training workers. */
class Slots {
  starts = 0;
  lastStart = 0;
  private readonly begun = new Map<string, { readonly spec: TrialSpec; trained: number }>();
  private readonly spans: { readonly from: number; to: number }[] = [];

  constructor(
    private readonly training: SimulatedStudy['training'],
    private readonly now: () => number,
  ) {}

  get trials(): readonly TrialSpec[] {
    return [...this.begun.values()].map(({ spec }) => spec);
  }

  /** Up to the last start. */
  secondsTrained(): number {
    return this.spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, this.lastStart) - from), 0);
  }

  /** From where it was taken back. */
  trial({ trial: spec }: RunTrialInput): Simulated {
    const known = this.begun.get(spec.trialId) ?? { spec, trained: 0 };
    this.begun.set(spec.trialId, known);
    this.starts += 1;
    this.lastStart = this.now();
    const { seconds, outcome } = this.training(spec);
    const from = this.lastStart + SECONDS.start;
    const span = { from, to: from + seconds - known.trained };
    this.spans.push(span);
    return {
      seconds: span.to - this.lastStart,
      result: { ...resultOf(spec, outcome), asked: askedDigest(spec) },
      secondsToCancel: SECONDS.stop,
      onCancelled: (run) => {
        const trained = Math.max(0, run - SECONDS.start);
        known.trained += trained;
        span.to = from + trained;
      },
    };
  }
}

function smallActivities({ file, suggestPoints }: SimulatedStudy) {
  const real = {
    ...createStudyActivities({ store: memoryStore(), fileRoots: [] }),
    ...(suggestPoints && { suggestPoints }),
  };
  return async (name: string, input: unknown): Promise<unknown> => {
    if (name === 'resolveStudy') {
      const parsed = parseStudy(file);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      return resolveParsed(parsed.study, MADE_UP_DATASET);
    }
    if (name === 'publishStudy') return { report: 's3://bucket/report.html', model: null };
    return quietEnvironment().run(real[name as 'recordTrials'], input as RecordTrialsInput);
  };
}
