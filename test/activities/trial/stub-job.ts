import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TrainJob } from '../../../activities/trial/protocol';
import type { HParams } from '../../../workflows/words/trial';
import { trialInput } from './trial-input';

/** A job for the stub trainer. */
export function stubJob(steps: number, hparams: HParams = {}): TrainJob {
  const { trial, ...input } = trialInput({}, { limit: { steps }, hparams });
  return {
    ...input,
    trial,
    datasetFolder: '/nowhere',
    scratchFolder: mkdtempSync(path.join(tmpdir(), 'stepwell-stub-')),
    resumeFrom: null,
    modelBundle: null,
    initialWeights: null,
  };
}
