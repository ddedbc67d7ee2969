import type { Schedule } from './schedule';

/** Multiplies by `factor` after more than `patience` epochs without a lower loss, down to `minFactor`. */
export const plateau: Schedule<'plateau'> = {
  factor: (_spec, _position, state) => state.factor,
  observe({ factor, patience, minFactor }, state, loss) {
    if (state.best === null || loss < state.best) return { ...state, best: loss, epochsWithout: 0 };
    if (state.epochsWithout < patience) return { ...state, epochsWithout: state.epochsWithout + 1 };
    return { ...state, factor: Math.max(minFactor, state.factor * factor), epochsWithout: 0 };
  },
};
