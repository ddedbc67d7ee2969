/**
 * Every way to do harm. A new one is a file here and a line below.
 *
 * @module
 */
import { corruptCheckpoint } from './checkpoints';
import { fillDisk } from './disks';
import { cutStore, cutTemporal, killStore, killTemporal, slowStore, slowTemporal } from './servers';
import type { Strike } from './strike';
import { freezeTrainer, hangTrainer, killTrainer } from './trainers';
import { freezeTrainingWorker, killTrainingWorker, killTunerWorker, stopTrainingWorker } from './workers';

export const STRIKES: readonly Strike[] = [
  killTrainer,
  freezeTrainer,
  hangTrainer,
  killTrainingWorker,
  stopTrainingWorker,
  freezeTrainingWorker,
  killTunerWorker,
  killTemporal,
  killStore,
  cutTemporal,
  cutStore,
  slowTemporal,
  slowStore,
  corruptCheckpoint,
  fillDisk,
];
