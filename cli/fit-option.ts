import { Option } from 'commander';
import { IMAGE_FITS } from '../workflows/words/study';

/** `--fit`, of whoever asks a model about pictures. */
export const fitOption = (): Option =>
  new Option(
    '--fit <fit>',
    "of pictures with other sides than the model's: cut, add bars, or distort (default: as in its training)",
  ).choices(IMAGE_FITS);
