import { availableParallelism } from 'node:os';
import { inspectParts } from '../../infra/services';
import { installedGpus } from '../../workers/gpus';
import type { Finding } from './finding';

/** Node, the parts that the bootstrap brings, and what there is to train on. */
export function inspectMachine(): readonly Finding[] {
  return [nodeFinding(process.versions.node), ...partFindings(), deviceFinding()];
}

/** TensorFlow.js 4.22 breaks on Node 23 and later. */
export function nodeFinding(version: string): Finding {
  const major = Number(version.split('.')[0]);
  const supported = major >= 20 && major <= 22;
  return {
    name: 'Node',
    state: supported ? 'ok' : 'missing',
    detail: version,
    ...(!supported && { fix: 'use Node 20 or 22' }),
  };
}

/** Parts that only the tests need may be missing. */
function partFindings(): readonly Finding[] {
  return inspectParts().map(({ name, neededFor, ok, version, source, fix }): Finding => {
    if (ok) return { name, state: 'ok', detail: `${version ?? 'version unknown'}, ${source ?? 'source unknown'}` };
    const needed = neededFor.includes('start');
    return {
      name,
      state: needed ? 'missing' : 'idle',
      detail: needed ? 'missing' : 'missing; only npm test needs it',
      ...(fix !== undefined && { fix }),
    };
  });
}

function deviceFinding(): Finding {
  const gpus = installedGpus();
  const cores = availableParallelism();
  return {
    name: 'device',
    state: 'ok',
    detail: gpus.length > 0 ? `NVIDIA GPUs ${gpus.join(', ')}` : `no NVIDIA GPU: trains on ${cores} CPU cores`,
  };
}
