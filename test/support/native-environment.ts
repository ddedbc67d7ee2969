/**
 * Jest's Node environment for tests that call TensorFlow in their own process.
 *
 * Jest gives every test file globals of its own. The native binding makes typed arrays of the process', so that
 * `instanceof` would tell two kinds of Float32Array apart; and it reads the process' environment, where a test file
 * sets only a copy. Here they are one.
 *
 * @module
 */
import '../../activities/training/environment';
import { TestEnvironment } from 'jest-environment-node';

export default class NativeEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { Float32Array, Int32Array, Uint8Array });
  }
}
