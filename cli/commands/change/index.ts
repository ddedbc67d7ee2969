/**
 * The verbs that change a study while it runs. `cancel`, which ends it, is beside.
 *
 * @module
 */
import { approve } from './approve';
import { enqueue } from './enqueue';
import { extend } from './extend';
import { pause } from './pause';
import { resume } from './resume';
import { setParallel } from './set-parallel';
import { skip } from './skip';

export const CHANGE_VERBS = [pause, resume, approve, skip, enqueue, setParallel, extend] as const;
