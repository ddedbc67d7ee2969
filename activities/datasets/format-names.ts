/** Names of the data set formats; apart from their readers so that a check of a study loads none of them. */
export const FORMAT_NAMES = ['idx', 'cifar'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
