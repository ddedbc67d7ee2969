/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { createCompiledEngine } from '../../../../activities/training/tensorflow/compiled/compiled-engine';
import { buildModel } from '../../../../activities/training/tensorflow/model';
import { planStep, stepScalars } from '../../../../activities/training/tensorflow/step';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob } from '../../../../activities/trial/protocol';
import { chanceLossOf } from '../../../../workflows/tasks';
import type { TaskSpec } from '../../../../workflows/words/study';
import { difference } from '../../../support/compiled-engines';
import { createEagerEngine } from '../../../support/eager-engine';
import { finished, measurementOf, trainInProcess, trainerInProcess } from '../../../support/train-in-process';
import { digitsJob, digitsWithTargets, tensorBits, withoutTimes } from '../../../support/trainer';
import type { LocalDigits } from '../../../support/trainer';

const engines: TensorFlowEngine[] = [];
const engine = (residentBytes?: number): TensorFlowEngine => {
  engines.push(new TensorFlowEngine(residentBytes));
  return engines.at(-1)!;
};
afterEach(() => engines.splice(0).forEach((one) => one.close()));

/** Which digit it is in steps of 0.1, and how much of the image is ink. */
const NUMBERS = { value: (digit: number) => digit / 10, ink: (_: number, ink: number) => ink };
const LABELS = {
  even: (digit: number) => (digit % 2 === 0 ? 1 : 0),
  large: (digit: number) => (digit > 4 ? 1 : 0),
  hasLoop: (digit: number) => ([0, 6, 8, 9].includes(digit) ? 1 : 0),
};

const TASKS: readonly (readonly [TaskSpec, typeof NUMBERS | typeof LABELS])[] = [
  [{ name: 'regression', loss: 'huber', delta: 0.3 }, NUMBERS],
  [{ name: 'multiLabel' }, LABELS],
];

const jobOf = (data: LocalDigits, task: TaskSpec, more: Partial<TrainJob> = {}): TrainJob =>
  digitsJob(data, {
    task,
    trial: {
      limit: { epochs: 4 },
      stop: { dead: true },
      hparams: { batchSize: 64, learningRate: 3e-3, mixup: 0.05 },
      evaluate: { validation: 'epoch', test: true },
      exportModel: true,
    },
    ...more,
  });

describe.each(TASKS)('a training for %j', (task, targets) => {
  it('learns far more than chance, and exports a model that says what it answers', async () => {
    const data = await digitsWithTargets(targets);
    const report = await finished(trainerInProcess(engine()).trainer, jobOf(data, task));
    const { best, test } = measurementOf(report);
    const chance = chanceLossOf({ ...data.dataset, task });
    expect(report.outcome.status).toBe('completed');
    expect(best!.values.valLoss).toBeLessThan(0.6 * chance);
    if (task.name === 'regression') {
      expect(Object.keys(test!.values)).toEqual(['loss', 'r2', 'mse', 'mae']);
      expect(test!.values.r2).toBeGreaterThan(0.5);
    } else {
      expect(test!.values.meanAveragePrecision).toBeGreaterThan(0.85);
      expect(test!.values.macroF1).toBeGreaterThan(0.75);
    }
    const card = JSON.parse(readFileSync(path.join(report.modelFolder!, 'model-card.json'), 'utf8'));
    expect(card).toMatchObject({
      task: task.name,
      classNames: Object.keys(targets),
      metrics: { test: { values: test!.values } },
    });
    expect(readFileSync(path.join(report.modelFolder!, 'README.md'), 'utf8')).toContain(
      task.name === 'regression' ? "['numbers']" : 'tf.sigmoid(model.predict(images))',
    );
  });

  it('goes on from a checkpoint, and streams its data set, to the same bits', async () => {
    const data = await digitsWithTargets(targets);
    const whole = await finished(trainerInProcess(engine()).trainer, jobOf(data, task));
    const stopped = await trainInProcess(engine(), jobOf(data, task, { checkpointEverySteps: 25 }), { stopAt: 25 });
    const resumed = await finished(
      trainerInProcess(engine(0)).trainer,
      jobOf(data, task, { resumeFrom: stopped.checkpoint!.path }),
    );
    expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
    expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));
  });

  it('steps and evaluates in the compiled engine as op by op', async () => {
    const { datasetFolder } = await digitsWithTargets(targets);
    const parts = loadDataset(datasetFolder);
    const classes = Object.keys(targets).length;
    const model = await buildModel({
      spec: { preset: 'mnist-cnn' },
      shape: [8, 8, 1],
      classes,
      hparams: {},
      seed: 5,
      modelBundle: null,
    });
    const plan = planStep(model, classes, { name: 'momentum' }, { momentum: 0.9 }, { task });
    const compiled = createCompiledEngine({ plan, parts, batchSizes: [16] });
    const eager = createEagerEngine(plan, parts);
    const batch = Int32Array.from({ length: 16 }, (_, i) => 3 * i);
    for (const one of [compiled, eager]) one.load(initialTensors(plan));
    for (let step = 0; step < 3; step++) {
      const [got, expected] = [compiled, eager].map((one) =>
        one.step(batch, stepScalars(plan, { momentum: 0.9, labelSmoothing: 0.1 }, 0.01, step), [5, step]),
      );
      expect(Math.abs(got! / expected! - 1)).toBeLessThan(1e-5);
    }
    expect(difference(compiled.read(), eager.read())).toBeLessThan(1e-5);
    const [rows, expected] = [compiled, eager].map((one) => one.evaluate('test', batch));
    rows!.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(expected![i]![j]!, 4)));
    expect(rows![1]!.slice(1 + classes)).toEqual(parts.test!.targets!.slice(3 * classes, 4 * classes));
    compiled.dispose();
    model.dispose();
  });
});
