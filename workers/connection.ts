/**
 * Where the Temporal server is and how to reach it, by Temporal's own environment variables and profiles.
 *
 * @module
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { Environment } from './environment';
import { ConfigInvalid } from './config-invalid';

/** Addresses of this machine, with or without a port. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

export interface ConnectionSettings {
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
}

/**
 * Connection settings, with Temporal's defaults filled.
 * @throws ConfigInvalid if the profile or a certificate cannot be read.
 */
export function connectionSettings(environment: Environment = process.env): ConnectionSettings {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      overrideEnvVars: withoutUndefined(environment),
    });
    const address = connectionOptions.address ?? 'localhost:7233';
    return {
      address,
      namespace: namespace ?? 'default',
      connectionOptions: {
        ...connectionOptions,
        address,
        // What gzip spares on a network costs, on the machine itself, client and server some 6 ms of CPU a trial.
        ...(LOOPBACK.test(address) && { grpcCompression: { codec: 'none' } }),
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ConfigInvalid(
      `Temporal's connection settings are invalid (${reason}); check the TEMPORAL_* variables and the profile they name`,
      { cause: error },
    );
  }
}

/** No Temporal server answers at the address that the environment names. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
}

/** A handler for failed connections, worded for people. */
export function asServerUnreachable(address: string): (error: unknown) => never {
  return (error) => {
    const fix = 'set TEMPORAL_ADDRESS to where one runs, or unset it to use what `stepwell up` starts';
    throw new ServerUnreachable(`no Temporal server answers at ${address} (${transportReason(error)}); ${fix}`, {
      cause: error,
    });
  };
}

/**
 * What a person can read of a transport's error; the SDK's core hands on a dump of Rust structures with the sentence
 * inside.
 */
export function transportReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, sentence] = /message: "((?:[^"\\]|\\.)+)"/.exec(text) ?? [];
  return (sentence ?? text.split('\n')[0] ?? text).replace(/\.$/, '');
}

function withoutUndefined(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
