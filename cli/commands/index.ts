/**
 * The verbs of the command line, in the order in which `--help` lists them.
 *
 * @module
 */
import type { Command } from 'commander';
import { bootstrap } from './bootstrap';
import { cancel } from './cancel';
import { doctor } from './doctor';
import { down } from './down';
import { list } from './list';
import { plan } from './plan';
import { run } from './run';
import { show } from './show';
import { up } from './up';
import { validate } from './validate';
import { watch } from './watch';
import { worker } from './worker';

/** Adds a verb to the program. */
export type Verb = (program: Command) => void;

export const VERBS: readonly Verb[] = [run, validate, plan, watch, list, show, cancel, up, down, worker, doctor, bootstrap];
