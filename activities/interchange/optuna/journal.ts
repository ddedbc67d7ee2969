import { z } from 'zod';
import { parseJson, textOf } from '../text';
import { TrialsUnreadable } from '../trial-row';
import type { ForeignTrials, ForeignValue, TrialFormat } from '../trial-row';
import { valueIn } from './distribution';
import { optunaStudies, trialsOfStudy } from './optuna-study';
import type { OptunaState, OptunaStudy, OptunaTrial } from './optuna-study';

/**
 * Numbers of the operations in a journal. Source: `JournalOperation` in optuna/storages/journal/_storage.py of Optuna
 * 5.0.0.
 */
const OPERATIONS = { createStudy: 0, deleteStudy: 1, createTrial: 4, setParameter: 5, setStateValues: 6 } as const;

/** By their numbers. Source: `TrialState` in optuna/trial/_state.py of Optuna 5.0.0. */
const STATES: readonly OptunaState[] = ['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING'];

/** Source: `StudyDirection` in optuna/study/_study_direction.py of Optuna 5.0.0. */
const DIRECTIONS = { minimize: 1, maximize: 2 } as const;

/** zod's own numbers are finite. */
const number = z.custom<number>((value) => typeof value === 'number');

/** What of a journal's lines is used here. */
const entrySchema = z.looseObject({
  op_code: z.int(),
  study_name: z.string().optional(),
  directions: z.array(z.int()).optional(),
  study_id: z.int().optional(),
  trial_id: z.int().optional(),
  param_name: z.string().optional(),
  param_value_internal: z.number().optional(),
  distribution: z.string().optional(),
  state: z.int().optional(),
  value: number.nullish(),
  values: z.array(number).nullish(),
  params: z.record(z.string(), z.number()).optional(),
  distributions: z.record(z.string(), z.string()).optional(),
});
type Entry = z.output<typeof entrySchema>;

/** Optuna's journal: every operation as a line of JSON, as `JournalStorage(JournalFileBackend(FILE))` opens it. */
export const optunaJournal: TrialFormat = {
  extension: '.log',
  async read(bytes, { study }) {
    const replay = new Replay();
    const lines = textOf(bytes).split('\n');
    lines.forEach((line, i) => {
      // Optuna may be writing the last line just now.
      if (line.trim() === '' || (i === lines.length - 1 && !line.trimEnd().endsWith('}'))) return;
      const parsed = entrySchema.safeParse(parseJson(line, `line ${i + 1} of the journal`));
      if (!parsed.success) throw new TrialsUnreadable(`line ${i + 1} is no operation of a journal of Optuna's`);
      replay.apply(parsed.data);
    });
    return replay.trialsOf(study);
  },
  async write(study) {
    const lines = optunaStudies(study).flatMap(entriesOf);
    return Buffer.from(lines.map((entry) => `${JSON.stringify({ ...entry, worker_id: 'stepwell' })}\n`).join(''));
  },
};

interface TrialState {
  state: string;
  values: readonly number[];
  readonly hparams: Record<string, ForeignValue>;
}

interface StudyState {
  readonly name: string;
  readonly directions: readonly ('minimize' | 'maximize')[];
  readonly trials: TrialState[];
}

/** A storage as the lines so far make it: Optuna numbers studies and trials by the lines that created them. */
class Replay {
  private readonly studies = new Map<number, StudyState>();
  private readonly trials: TrialState[] = [];
  private studiesCreated = 0;

  apply(entry: Entry): void {
    const study = this.studies.get(entry.study_id ?? -1);
    const trial = this.trials[entry.trial_id ?? -1];
    const isOpen = trial?.state === 'RUNNING' || trial?.state === 'WAITING';
    if (entry.op_code === OPERATIONS.createStudy) this.createStudy(entry);
    else if (entry.op_code === OPERATIONS.deleteStudy) this.studies.delete(entry.study_id ?? -1);
    else if (entry.op_code === OPERATIONS.createTrial && study !== undefined) this.createTrial(study, entry);
    else if (entry.op_code === OPERATIONS.setParameter && trial !== undefined && isOpen) {
      trial.hparams[entry.param_name ?? ''] = valueIn(entry.distribution ?? '', entry.param_value_internal ?? NaN);
    } else if (entry.op_code === OPERATIONS.setStateValues && trial !== undefined && isOpen) {
      trial.state = stateOf(entry);
      trial.values = entry.values ?? trial.values;
    }
  }

  trialsOf(name: string | undefined): ForeignTrials {
    return trialsOfStudy([...this.studies.values()], name);
  }

  /** Of two workers that create the same study, the second joins the first's. */
  private createStudy({ study_name: name = '', directions = [] }: Entry): void {
    if ([...this.studies.values()].some((study) => study.name === name)) return;
    this.studies.set(this.studiesCreated++, {
      name,
      directions: directions.map((code) => (code === DIRECTIONS.maximize ? 'maximize' : 'minimize')),
      trials: [],
    });
  }

  private createTrial(study: StudyState, entry: Entry): void {
    const { params = {}, distributions = {} } = entry;
    const hparams = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, valueIn(distributions[name] ?? '', value)]),
    );
    const trial: TrialState = {
      state: stateOf(entry),
      values: entry.values ?? (typeof entry.value === 'number' ? [entry.value] : []),
      hparams,
    };
    this.trials.push(trial);
    study.trials.push(trial);
  }
}

function stateOf({ state = 0 }: Entry): string {
  return STATES[state] ?? 'RUNNING';
}

/** A study as lines: its creation, then each trial with all that is known of it. */
function entriesOf({ name, direction, trials }: OptunaStudy, studyId: number): readonly object[] {
  return [
    { op_code: OPERATIONS.createStudy, study_name: name, directions: [DIRECTIONS[direction]] },
    ...trials.map((trial) => ({ op_code: OPERATIONS.createTrial, study_id: studyId, ...template(trial) })),
  ];
}

function template({ state, value, parameters, attributes }: OptunaTrial): object {
  const entries = Object.entries(parameters);
  return {
    state: STATES.indexOf(state),
    value,
    values: null,
    datetime_start: null,
    params: Object.fromEntries(entries.map(([name, one]) => [name, one.value])),
    distributions: Object.fromEntries(entries.map(([name, one]) => [name, one.distributionJson])),
    user_attrs: attributes,
    system_attrs: {},
    intermediate_values: {},
  };
}
