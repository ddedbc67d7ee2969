#!/usr/bin/env node
/**
 * The `stepwell` command.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { isDebugging } from '../workers/config';
import { VERBS } from './commands';
import { EXIT_CODES, exitCodesHelp } from './exit-codes';
import { failureOf } from './failure';
import type { Failure } from './failure';
import { tellParent } from './failure-message';
import { colorsFor, printJson, say } from './output';

/** The command line with all verbs; errors are thrown, never exits. */
export function createProgram(): Command {
  const program = new Command('stepwell')
    .description(
      'Tune and train convolutional networks in stages, as durable Temporal workflows that survive any crash.',
    )
    .version(packageVersion(), '-v, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', exitCodesHelp)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stepwell: ')) });
  for (const verb of VERBS) verb(program);
  for (const command of program.commands) inheritSettings(command, program);
  return program;
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) inheritSettings(inner, command);
}

/** Compiled code lies one folder deeper than the sources. */
function packageVersion(): string {
  for (const folder of ['..', '../..']) {
    try {
      const { name, version } = JSON.parse(readFileSync(path.join(__dirname, folder, 'package.json'), 'utf8')) as {
        readonly name?: string;
        readonly version: string;
      };
      if (name === 'stepwell') return version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}

/** Runs the command line. @param onFailure Told the type of an error. @returns the exit code. */
export async function main(
  argv: readonly string[],
  onFailure: (type: string) => void = () => undefined,
): Promise<number> {
  try {
    await createProgram().parseAsync([...argv], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_CODES.ok.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok.code : EXIT_CODES.badInput.code;
    const failure = failureOf(error);
    onFailure(failure.type);
    return report(error, failure, argv);
  }
}

function report(error: unknown, { message, type, exit }: Failure, argv: readonly string[]): number {
  const { red } = colorsFor(process.stderr);
  say(`${red('stepwell:')} ${message}`);
  if (isDebugging()) console.error(error);
  const studyId = error instanceof Error && 'studyId' in error ? error.studyId : null;
  if (argv.includes('--json'))
    printJson({ studyId, status: type === 'Cancelled' ? 'cancelled' : 'failed', error: { type, message } });
  return EXIT_CODES[exit].code;
}

/** A reader that has seen enough, e.g. `head`, is no trouble of ours. */
function endQuietlyWithoutReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

if (require.main === module) {
  endQuietlyWithoutReader(process.stdout);
  endQuietlyWithoutReader(process.stderr);
  // An end that does not wait for what libraries may have left open, but for what was written.
  void main(process.argv.slice(2), tellParent).then((code) =>
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code))),
  );
}
