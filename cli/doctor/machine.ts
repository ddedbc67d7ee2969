import { usableCores } from '../../activities/usable-cores';
import { inspectParts, judgeNode } from '../../infra/services';
import { installedGpus } from '../../workers/gpus';

/** What doctor found of one thing. */
export interface Finding {
  readonly name: string;
  /** `idle`: not there, and nothing is wrong with that. */
  readonly state: 'ok' | 'idle' | 'missing';
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly fix?: string;
}

/** Node, the parts that the bootstrap brings, and what there is to train on. */
export function inspectMachine(): readonly Finding[] {
  return [nodeFinding(process.versions.node), ...partFindings(), deviceFinding()];
}

/** A Node that is newer than those that were tried may do. */
export function nodeFinding(version: string): Finding {
  const { problem, warning } = judgeNode(version);
  const fix = problem ?? warning;
  return {
    name: 'Node',
    state: problem === undefined ? 'ok' : 'missing',
    detail: version,
    ...(fix !== undefined && { fix }),
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
  const cores = usableCores();
  return {
    name: 'device',
    state: 'ok',
    detail: gpus.length > 0 ? `NVIDIA GPUs ${gpus.join(', ')}` : `no NVIDIA GPU: trains on ${cores} CPU cores`,
  };
}
