export type PartName = 'train' | 'validation' | 'test';

/** For messages. */
export const PART_NAMES = 'train, val or test';

const NAMES: Readonly<Record<string, PartName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The part that people mean by a word, in any case. */
export function partNamed(word: string): PartName | undefined {
  const name = word.trim().toLowerCase();
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}
