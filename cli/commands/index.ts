/**
 * The verbs of the command line, in the order in which `--help` lists them.
 *
 * @module
 */
import type { Command } from 'commander';
import { backup, restore } from './backup';
import { bootstrap } from './bootstrap';
import { cancel } from './cancel';
import { CHANGE_VERBS } from './change';
import { doctor } from './doctor';
import { down } from './down';
import { exportTrials } from './export';
import { gc } from './gc';
import { list } from './list';
import { plan } from './plan';
import { predict } from './predict';
import { recover } from './recover';
import { report } from './report';
import { rerun } from './rerun';
import { run } from './run';
import { serve } from './serve';
import { show } from './show';
import { up } from './up';
import { validate } from './validate';
import { verify } from './verify';
import { watch } from './watch';
import { worker } from './worker';

/** Adds a verb to the program. */
export type Verb = (program: Command) => void;

export const VERBS: readonly Verb[] = [
  run,
  validate,
  plan,
  watch,
  list,
  show,
  report,
  exportTrials,
  predict,
  serve,
  ...CHANGE_VERBS,
  cancel,
  rerun,
  recover,
  verify,
  gc,
  up,
  down,
  backup,
  restore,
  worker,
  doctor,
  bootstrap,
];
