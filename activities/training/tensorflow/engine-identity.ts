import { hostIdentity } from '../environment';
import { libraryIdentity } from './native';

/** Goes up whenever the same trial would end in other bits than before. */
const ENGINE = 'compiled 4';

/** All that the bits of a training depend on besides its trial: part of every trial's content address. */
export function engineIdentity(): string {
  return `${libraryIdentity()}, ${hostIdentity()}, ${ENGINE}`;
}
