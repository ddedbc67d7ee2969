/**
 * zod's issues in our words. A schema's own `error` text always wins over the rules here.
 *
 * @module
 */
import type { z } from 'zod';
import { STANDARD_HPARAMS } from '../words/hparams';
import { closest, didYouMean } from './closest';
import { dotted, valueAt } from './problem';
import type { Path, Problem } from './problem';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  tuple: 'a list',
  null: 'null',
};

/** Settings for every `safeParse` of the study language. */
export const PARSE_OPTIONS = { error: ruleOf, reportInput: false } as const;

/** The rule that an issue breaks; for unknown keys the list of known ones, which only the raw issue leads to. */
function ruleOf(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${TYPE_NAMES[String(issue.expected)] ?? String(issue.expected)}`;
    case 'too_small':
      return sizeRule(String(issue.origin), Number(issue.minimum), issue.inclusive === false ? 'above' : 'at least');
    case 'too_big':
      return sizeRule(String(issue.origin), Number(issue.maximum), issue.inclusive === false ? 'below' : 'at most');
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be ${oneOf(issue.values)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`;
    case 'unrecognized_keys':
      return knownKeys(issue.inst).join(' ');
    case 'invalid_union':
      return issue.input === undefined ? 'is required' : 'does not fit any form';
    default:
      return 'is not valid';
  }
}

function sizeRule(origin: string, limit: number, bound: string): string {
  if (origin === 'array' || origin === 'set') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `must have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (Math.abs(limit) === Infinity || Math.abs(limit) === Number.MAX_SAFE_INTEGER) return 'must be finite';
  return `must be ${bound} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

function knownKeys(schema: unknown): readonly string[] {
  const shape = valueAt(schema, ['_zod', 'def', 'shape']);
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

/** Every problem behind zod's issues; of a union, those of the form that was most likely meant. */
export function problemsOf(issues: readonly Issue[], input: unknown, base: Path): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey([...path, key], key, knownOf(issue), input));
    if (issue.code === 'invalid_union') return unionProblems(issue, path, input);
    const value = valueAt(input, path);
    const fix =
      issue.code === 'invalid_value' && typeof value === 'string'
        ? spelling(value, issue.values.map(String))
        : undefined;
    return [{ path: dotted(path), rule: issue.message, value, ...(fix !== undefined && { fix }) }];
  });
}

/** The keys that would have been known: `ruleOf` put them into the message. */
function knownOf({ message }: Issue): readonly string[] {
  return message.split(' ').filter(Boolean);
}

function unknownKey(path: Path, key: string, known: readonly string[], input: unknown): Problem {
  const fix = Object.hasOwn(STANDARD_HPARAMS, key)
    ? `it is a hyperparameter: put it in training.hparams.${key}`
    : didYouMean(key, known);
  return { path: dotted(path), rule: 'unknown key', value: valueAt(input, path), ...(fix !== undefined && { fix }) };
}

/** The list is in the rule already: only a near miss is worth a fix. */
function spelling(value: string, known: readonly string[]): string | undefined {
  const fix = didYouMean(value, known);
  return fix?.startsWith('did') === true ? fix : undefined;
}

function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: Path, input: unknown): readonly Problem[] {
  const value = valueAt(input, path);
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    const fix = typeof value === 'string' ? spelling(value, options) : undefined;
    return [
      {
        path: dotted(path),
        rule: value === undefined ? `is required: ${oneOf(options)}` : `must be ${oneOf(options)}`,
        value,
        ...(fix !== undefined && { fix }),
      },
    ];
  }
  const likeliest = [...issue.errors].sort((a, b) => misfit(a) - misfit(b))[0] ?? [];
  const wrongKind = issue.errors.every((branch) =>
    branch.some(({ path: at, code }) => at.length === 0 && code === 'invalid_type'),
  );
  if (wrongKind)
    return [
      {
        path: dotted(path),
        rule: [...new Set(issue.errors.flatMap((branch) => branch.map(({ message }) => message)))].join(' or '),
        value,
      },
    ];
  return problemsOf(likeliest, input, path);
}

/**
 * How far a value is from one form of a union: keys that are missing or unknown, misspelt ones less, tell more than a
 * wrong value inside a right key.
 */
function misfit(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 0 && issue.code === 'invalid_type') return sum + 100;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.reduce((all, key) => all + (closest(key, knownOf(issue)) === undefined ? 10 : 5), sum);
    return sum + (issue.path.length === 1 && issue.message === 'is required' ? 9 : 1);
  }, 0);
}
