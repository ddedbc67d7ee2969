import { Option } from 'commander';
import { embeddedFolder } from '../workers/config';

/** `--folder`, for every verb that uses embedded services. */
export const folderOption = (): Option =>
  new Option('--folder <folder>', 'folder of embedded services and their data').default(embeddedFolder());
