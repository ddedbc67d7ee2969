import type { Evaluation } from '../../../workflows/words/outcome';
import type { WeightAverage } from '../../../workflows/trials/weight-average';
import type { HostTensors } from '../safetensors';
import { scorerOf, type Scorer } from '../tasks';
import { weightsThatCount } from './averaged-weights';
import type { DataOrder } from './data-order';
import { evaluateExamples, type EvaluationRequest } from './evaluation';
import type { TrialFacts } from './trial-facts';
import type { TrialParts } from './trial-parts';

interface Validated {
  readonly values: Evaluation['values'];
  /** Of an average: what was evaluated, and what trains beside it. */
  readonly weights?: HostTensors;
  readonly trained?: HostTensors;
}

/** Evaluates what counts as a trial's model: its weights, or an average of them. */
export class ModelEvaluation {
  /** @param between Called between two parts of an evaluation; what it throws ends it. */
  constructor(
    private readonly parts: Pick<TrialParts, 'training' | 'job' | 'dataset'>,
    private readonly order: DataOrder,
    private readonly average: WeightAverage | null,
    private readonly between: EvaluationRequest['between'],
  ) {}

  /** On the validation set, after some steps. */
  async validate(facts: TrialFacts, step: number): Promise<Validated> {
    const { engine } = this.parts.training;
    const judge = async (): Promise<Evaluation['values']> =>
      (await this.judged('train', facts.split.validation)).values();
    if (this.average === null) return { values: await judge() };
    const trained = engine.read();
    const weights = await this.weightsThatCount(trained, facts, step);
    try {
      engine.load(new Map([...trained, ...weights]));
      return { values: await judge(), weights, trained };
    } finally {
      // A checkpoint holds what was trained, not what is evaluated.
      engine.load(trained);
    }
  }

  /** What counts at the end, where no epoch was the best. */
  last(facts: TrialFacts, step: number): Promise<HostTensors> {
    return this.weightsThatCount(this.parts.training.engine.read(), facts, step);
  }

  /** On the test set; the engine keeps these weights, unless it is broken off. */
  async test(weights: HostTensors, { split }: TrialFacts): Promise<Evaluation> {
    const {
      training: { engine },
      job: { dataset },
    } = this.parts;
    const trained = engine.read();
    engine.load(new Map([...trained, ...weights]));
    try {
      const found = await this.judged(dataset.split.testFrom, split.test);
      return { values: found.values(), examples: split.test.length, ...found.details() };
    } catch (error) {
      engine.load(trained);
      throw error;
    }
  }

  /** @param trained As the engine has it, and has it again afterwards. */
  private async weightsThatCount(trained: HostTensors, facts: TrialFacts, step: number): Promise<HostTensors> {
    const {
      average,
      order,
      between,
      parts: { training, job },
    } = this;
    if (average === null) return training.weightsOf(trained);
    try {
      const at = { average, training, facts, order, seed: job.trial.seed, step, between };
      return await weightsThatCount(at, trained);
    } finally {
      training.engine.load(trained);
    }
  }

  private judged(part: EvaluationRequest['part'], indices: Int32Array): Promise<Scorer> {
    const { parts, between } = this;
    const scorer = scorerOf(parts.dataset.manifest, indices.length, parts.job.task);
    return evaluateExamples({ engine: parts.training.engine, part, indices, between }, scorer);
  }
}
