import { ensureDataset } from '../../../../activities/datasets/packed/cache';
import type { OpenedPart } from '../../../../activities/datasets/formats/format';
import { packDataset } from '../../../../activities/datasets/packed/pack';
import { memoryStore } from '../../../../activities/storage/memory';
import type { TrainJob } from '../../../../activities/trial/protocol';
import { digitsJob, ForkedTrainer, freshFolder, type LocalDigits } from '../../../support/trainer';

const MIB = 2 ** 20;
const SHAPE = [64, 64, 3] as const;
const IMAGE_BYTES = 64 * 64 * 3;

/** Images of one colour each, in batches of 100; nothing is learnt from them. */
function grey(examples: number): OpenedPart {
  return {
    examples,
    async *batches() {
      for (let from = 0; from < examples; from += 100) {
        const indices = Array.from({ length: Math.min(100, examples - from) }, (_, i) => from + i);
        const images = new Uint8Array(indices.length * IMAGE_BYTES);
        indices.forEach((index, i) => images.fill(index % 251, i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES));
        yield { images, labels: indices.map((index) => index % 2) };
      }
    },
  };
}

/** A packed data set of grey images: a tenth of them to validate on, a tenth to test on. */
async function packed(examples: number): Promise<LocalDigits> {
  const store = memoryStore();
  const {
    sha256,
    ref,
    manifest: { classes },
  } = await packDataset(
    store,
    { shape: SHAPE, classNames: ['even', 'odd'], train: grey(examples), test: null },
    { onProgress: () => undefined },
  );
  const split = {
    seed: 1,
    trainExamples: 0.8 * examples,
    validationExamples: 0.1 * examples,
    testExamples: 0.1 * examples,
    testFrom: 'train',
  } as const;
  const dataset = {
    sha256,
    manifest: ref,
    source: { format: 'idx', uri: 'file:///grey' },
    shape: SHAPE,
    classes,
    validationLabels: [],
    split,
  };
  return { dataset, datasetFolder: await ensureDataset(store, dataset, freshFolder()) };
}

const jobOn = (data: LocalDigits): TrainJob =>
  digitsJob(data, {
    model: {
      layers: [
        { className: 'Conv2D', config: { filters: 4, kernelSize: 8, strides: 8 } },
        { className: 'Flatten', config: {} },
        { className: 'Dense', config: { units: 2 } },
      ],
    },
    trial: { hparams: { batchSize: 40 }, limit: { epochs: 2 }, evaluate: { validation: 'epoch', test: true } },
  });

describe('a trainer with a budget of 1 MB for images', () => {
  it('takes for a data set of 120 MB hardly more memory than for one of 6 MB', async () => {
    const [small, large] = [await packed(500), await packed(10_000)];
    const trainer = await ForkedTrainer.start({ STEPWELL_RESIDENT_BYTES: '1000000' });
    try {
      const train = async (data: LocalDigits): Promise<number> => {
        trainer.send({ type: 'start', job: jobOn(data) });
        const { report } = await trainer.next('finished');
        if (report.outcome.status !== 'completed') throw new Error(`training ended ${report.outcome.status}`);
        expect(report.outcome.measurement.test?.examples).toBe(data.dataset.split.testExamples);
        return report.outcome.measurement.peakBytes;
      };
      await train(small);
      const before = trainer.residentBytes();
      // The other engine and the batches that are read ahead take some 25 MiB, whatever the size of the data set.
      expect((await train(large)) - before).toBeLessThan(40 * MIB);
    } finally {
      await trainer.kill();
    }
  });
});
