/** A back-up could not be made or brought back; nothing has changed. */
export class BackupFailed extends Error {
  override readonly name = 'BackupFailed';
}
