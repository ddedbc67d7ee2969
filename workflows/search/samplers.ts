import { withBlindTurns } from './blind-turns';
import { cmaes } from './cmaes/cmaes';
import { gp } from './gp/gp';
import { grid } from './grid';
import { halton } from './halton';
import { nsga2 } from './nsga2';
import { random } from './random-search';
import type { Sampler } from './sampler';
import { sobol } from './sobol';
import { tpe } from './tpe/tpe';

/** Every sampler by its name in a study. A new one is a file here, one line below and one in `spec/sampler`. */
export const SAMPLERS = {
  random,
  grid,
  halton,
  sobol,
  tpe: withBlindTurns(tpe),
  cmaes: withBlindTurns(cmaes),
  gp: withBlindTurns(gp),
  nsga2: withBlindTurns(nsga2),
} as const satisfies Readonly<Record<string, Sampler>>;
