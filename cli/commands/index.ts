/**
 * The verbs of the command line, in the order in which `--help` lists them.
 *
 * @module
 */
import type { Command } from 'commander';
import { validate } from './validate';

/** Adds a verb to the program. */
export type Verb = (program: Command) => void;

export const VERBS: readonly Verb[] = [validate];
