import type { Curve } from '../range-test-curve';
import { minimum } from './minimum';
import { slide } from './slide';
import { steep } from './steep';
import { valley } from './valley';

/** A learning rate read off a range test's curve; `null` where the curve has none to offer. */
export type SuggestionRule = (curve: Curve) => number | null;

/** Every rule by name. */
export const SUGGESTION_RULES = { minimum, steep, valley, slide } as const satisfies Record<string, SuggestionRule>;

export type SuggestionRuleName = keyof typeof SUGGESTION_RULES;
