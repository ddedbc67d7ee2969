import type { Schedule } from './schedule';

export const constant: Schedule<'constant'> = { factor: () => 1 };
