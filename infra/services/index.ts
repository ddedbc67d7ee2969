/**
 * Embedded services: Temporal's development server and VersityGW on this machine, in one folder.
 *
 * @module
 */
export { withFolderLock } from './folder-lock';
export { prepareFolder, readJson, writeJson } from './folder';
export { credentialsOf } from './credentials';
export { startMinio } from './minio';
export { stopProcess } from './process-end';
export { identify, inspectParts, isRunning, judgeNode } from './programs';
export type { ProcessIdentity } from './programs';
export type { Server } from './server';
export { findServices, startServices, stopServices } from './services';
export type { RunningServices } from './services';
export { startTemporal } from './temporal';
export { foreignDatabases } from './temporal-database';
export { REGION, startVersitygw } from './versitygw';
