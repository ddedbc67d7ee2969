/**
 * What a folder knows of its servers and their users, beyond the life of any process that started them.
 *
 * @module
 */
import path from 'node:path';
import { readJson, writeJson } from './folder';
import { identify, isRunning } from './programs';
import type { ProcessIdentity } from './programs';

export interface Ports {
  readonly port: number;
  /** Of a server with a web page of its own. */
  readonly uiPort?: number;
}

export type ServiceKind = 'temporal' | 'versitygw';

/** Ports are kept when the server has ended, so that it comes back where clients look for it. */
export interface ServerRecord extends Ports {
  readonly process?: ProcessIdentity;
}

export interface ServicesRecord {
  readonly servers: Readonly<Partial<Record<ServiceKind, ServerRecord>>>;
  /**
   * Processes that rely on the servers; the last one to go ends them. A process that uses them twice is listed twice.
   */
  readonly users: readonly ProcessIdentity[];
}

export function readRecord(folder: string): ServicesRecord {
  const record = readJson<Partial<ServicesRecord>>(path.join(folder, 'services.json'));
  return { servers: record?.servers ?? {}, users: (record?.users ?? []).filter(isRunning) };
}

export function recordServer(folder: string, kind: ServiceKind, server: ServerRecord): void {
  const record = readRecord(folder);
  write(folder, { ...record, servers: { ...record.servers, [kind]: server } });
}

export function addUser(folder: string): void {
  const self = identify(process.pid);
  const record = readRecord(folder);
  if (self !== undefined) write(folder, { ...record, users: [...record.users, self] });
}

/** @returns The users that are left. */
export function removeUser(folder: string): readonly ProcessIdentity[] {
  const record = readRecord(folder);
  const at = record.users.findIndex(({ pid }) => pid === process.pid);
  const users = record.users.filter((_, i) => i !== at);
  write(folder, { ...record, users });
  return users;
}

/** Tells all users that their services end now. */
export function removeAllUsers(folder: string): void {
  write(folder, { ...readRecord(folder), users: [] });
}

function write(folder: string, record: ServicesRecord): void {
  writeJson(path.join(folder, 'services.json'), record);
}
