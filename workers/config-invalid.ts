/** The environment is wrong; the message names every variable that is. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}
