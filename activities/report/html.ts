/**
 * Markup by a tagged template that escapes whatever is put into it. Names in a report come from users.
 *
 * @module
 */

/** A symbol, so that no JSON from a store can pass for markup. */
const MARKUP = Symbol('markup');

/** Markup that is placed as it is. */
export interface Html {
  readonly [MARKUP]: string;
}

/** What a template takes: text is escaped, lists are joined, `null`, `undefined` and `false` leave nothing. */
export type Content = Html | string | number | boolean | null | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Control characters have no place in HTML, and the direction marks let a name rearrange the text around it.
const UNWANTED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Markup with every value escaped that is not markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return trusted(strings.map((string, i) => string + render(values[i])).join(''));
}

/** Markup from text of our own, such as the style sheet; never from data. */
export function trusted(markup: string): Html {
  return { [MARKUP]: markup };
}

/** The text of a finished page. */
export function markupOf(page: Html): string {
  return page[MARKUP];
}

/** Text made safe for HTML content and for quoted attributes. */
export function escapeText(text: string): string {
  return text.replace(UNWANTED, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function render(value: Content): string {
  if (value === null || value === undefined || value === false || value === true) return '';
  if (Array.isArray(value)) return (value as readonly Content[]).map(render).join('');
  if (typeof value === 'object' && MARKUP in value) return value[MARKUP];
  return escapeText(String(value));
}
