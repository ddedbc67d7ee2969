/**
 * Who trains: programs that answer in the words of `./serve`.
 *
 * @module
 */
import path from 'node:path';
import { pythonWith } from '../python';
import { type PassName, WATCHED } from './serve';

export interface Contestant {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it is timed at in every round. */
  readonly passes: readonly PassName[];
}

const PASSES = ['train', 'evaluate'] as const;

export interface Contestants {
  readonly ours: Contestant;
  /**
   * Ours again, which trains with and without its instruments: losses and times of steps, and the gradient's noise as
   * often as growing batches measure it.
   */
  readonly watched: Contestant;
  readonly peers: readonly Contestant[];
}

const here = (file: string): string => path.join(__dirname, file);

/** The peers' Python is installed where it is missing. */
export function contestants(threads: number, hasPeers: boolean): Contestants {
  const count = String(threads);
  const shared = {
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
    OMP_NUM_THREADS: count,
    TF_CPP_MIN_LOG_LEVEL: '3',
    CUDA_VISIBLE_DEVICES: '-1',
  };
  const node = (name: string, file: string): Contestant => ({
    name,
    program: process.execPath,
    args: ['--import', require.resolve('tsx'), here(file)],
    environment: { ...shared, STEPWELL_TRAINER_THREADS: count },
    passes: PASSES,
  });
  const ours = node('ours', 'ours.ts');
  return {
    ours,
    watched: {
      ...ours,
      name: 'ours-watched',
      environment: { ...ours.environment, [WATCHED]: '1' },
      passes: ['train', 'watch'],
    },
    peers: hasPeers ? [...pythonPeers(shared), node('tfjs-fit', 'tfjs-fit.ts')] : [],
  };
}

function pythonPeers(shared: Readonly<Record<string, string>>): Contestant[] {
  const python = pythonWith('bench-venv', here('requirements.txt'));
  const keras = (name: string, oneDnn: string): Contestant => ({
    name,
    program: python,
    args: [here('peers.py')],
    environment: { ...shared, KERAS_BACKEND: 'tensorflow', TF_ENABLE_ONEDNN_OPTS: oneDnn },
    passes: PASSES,
  });
  const torch = (name: string, options: string): Contestant => ({
    name,
    program: python,
    args: [here('peers_torch.py')],
    environment: { ...shared, TORCH_OPTIONS: options },
    passes: PASSES,
  });
  return [
    keras('keras', '1'),
    keras('keras-without-onednn', '0'),
    torch('pytorch', ''),
    torch('pytorch-channels-last', 'channels-last'),
    torch('pytorch-fused', 'channels-last,fused'),
    torch('pytorch-compiled', 'channels-last,fused,compile'),
  ];
}
