/**
 * What a file is by its first bytes: names lie, and what decodes images would take more than images.
 *
 * @module
 */

/** A kind that is read, or what is said of one that is not. */
export type ImageKind = { readonly name: string } | { readonly not: string };

const CONVERT = 'convert it, e.g. with ImageMagick: magick mogrify -format png';

interface Row {
  readonly kind: ImageKind;
  /** In Latin-1, a character a byte. */
  readonly begins: RegExp;
}

const ROWS: readonly Row[] = [
  { kind: { name: 'JPEG' }, begins: /^\xff\xd8\xff/ },
  { kind: { name: 'PNG' }, begins: /^\x89PNG\r\n\x1a\n/ },
  { kind: { name: 'GIF' }, begins: /^GIF8[79]a/ },
  { kind: { name: 'WebP' }, begins: /^RIFF[^]{4}WEBP/ },
  { kind: { name: 'TIFF' }, begins: /^(II[*+]\0|MM\0[*+])/ },
  { kind: { not: `is a BMP image, which is not read; ${CONVERT} '*.bmp'` }, begins: /^BM[^]{4}\0\0\0\0/ },
  { kind: { not: `is a HEIC or AVIF image, which is not read; ${CONVERT} '*.heic'` }, begins: /^[^]{4}ftyp/ },
  { kind: { not: 'is an SVG drawing, which is not read; render it as PNG' }, begins: /^\s*(<\?xml[^]*)?<svg/i },
  { kind: { not: 'is an HTML page, not an image; fetch the image itself' }, begins: /^\s*<(!doctype html|html)/i },
  { kind: { not: 'is a Git LFS pointer, not an image; run: git lfs pull' }, begins: /^version https:\/\/git-lfs/ },
];

const HEAD_BYTES = 256;

/** Of a whole file, or of its beginning. */
export function imageKindOf(bytes: Uint8Array): ImageKind {
  if (bytes.length === 0) return { not: 'is empty' };
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  return (
    ROWS.find(({ begins }) => begins.test(head))?.kind ?? {
      not: 'is no image by its first bytes: PNG, JPEG, WebP, TIFF and GIF are read',
    }
  );
}

/** Files that are images by their names, also of kinds that are not read: they are told of, not passed over. */
export const isImageName = (name: string): boolean =>
  /\.(jpe?g|jpe|jfif|png|webp|tiff?|bmp|dib|gif|heic|avif)$/i.test(name);

/** What systems leave in folders beside people's files: dot files, `._` twins, thumbnails. */
export const isDebris = (name: string): boolean =>
  name.split('/').some((part) => part.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini|@eaDir)$/i.test(part));
