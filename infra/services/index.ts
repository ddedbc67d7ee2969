/**
 * Embedded services: Temporal's development server and VersityGW on this machine, in one folder.
 *
 * @module
 */
export { withFolderLock } from './folder-lock';
export { prepareFolder, readJson, writeJson } from './folder';
export { credentialsOf } from './credentials';
export type { Credentials } from './credentials';
export { ServiceFailed, ServiceUnavailable } from './errors';
export type { ServiceFailure } from './errors';
export { startMinio } from './minio';
export { killProcess, stopProcess } from './process-end';
export { identify, inspectParts, isRunning } from './programs';
export type { ProcessIdentity } from './programs';
export type { Server } from './server';
export { findServices, startServices, stopServices } from './services';
export type { RunningServices, Services, ServicesOptions } from './services';
export { startTemporal } from './temporal';
export { BUCKET, REGION, startVersitygw } from './versitygw';
