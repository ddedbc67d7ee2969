import { studyContentHash } from '../../workers/client';
import { connectionSettings, transportReason } from '../../workers/connection';

/** There is none: settings come from the variables alone. */
const TEMPORAL_CONFIG_FILE = '/no/such/temporal.toml';

describe('the content hash of a study', () => {
  test('does not depend on the order of keys, at any depth', () => {
    expect(studyContentHash({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      studyContentHash({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  test.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: '1' }, { a: 1 }],
  ])('tells %j from %j', (one, other) => {
    expect(studyContentHash(one)).not.toBe(studyContentHash(other));
  });
});

describe('connection settings', () => {
  test('come from the environment that is given', () => {
    const environment = {
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'tuning',
      TEMPORAL_CONFIG_FILE,
    };
    expect(connectionSettings(environment)).toMatchObject({ address: 'temporal.example:7233', namespace: 'tuning' });
  });

  test("default to Temporal's own", () => {
    expect(connectionSettings({ TEMPORAL_CONFIG_FILE })).toMatchObject({
      address: 'localhost:7233',
      namespace: 'default',
    });
  });

  test.each([
    ['127.0.0.1:7233', { codec: 'none' }],
    ['localhost', { codec: 'none' }],
    ['[::1]:7233', { codec: 'none' }],
    ['127.0.0.1.example:7233', undefined],
    ['temporal.example:7233', undefined],
  ])('compress nothing on this machine itself: %s', (address, expected) => {
    const { connectionOptions } = connectionSettings({ TEMPORAL_CONFIG_FILE, TEMPORAL_ADDRESS: address });
    expect(connectionOptions.grpcCompression).toEqual(expected);
  });

  test('of a profile that is not there are a configuration error that says where to look', () => {
    const environment = { TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'staging' };
    expect(() => connectionSettings(environment)).toThrow(
      /^Temporal's connection settings are invalid \(.*staging.*\); check the TEMPORAL_\* variables/,
    );
  });

  test('with a certificate that cannot be read are a configuration error', () => {
    const environment = {
      TEMPORAL_CONFIG_FILE,
      TEMPORAL_TLS_CLIENT_CERT_PATH: '/no/such.pem',
      TEMPORAL_TLS_CLIENT_KEY_PATH: '/no/such.key',
    };
    expect(() => connectionSettings(environment)).toThrow(
      expect.objectContaining({ name: 'ConfigInvalid', message: expect.stringContaining('/no/such') }),
    );
  });
});

test.each([
  [
    'tonic::transport::Error(Transport, ConnectError("tcp connect error", Os { code: 111, message: "Connection refused" }))',
    'Connection refused',
  ],
  [
    'Namespace x: Status { code: NotFound, message: "Namespace \\"x\\" is not found.", details: b"" }',
    'Namespace \\"x\\" is not found',
  ],
  ['Failed to connect before the deadline\nmore', 'Failed to connect before the deadline'],
])('of %s a person reads: %s', (message, reason) => {
  expect(transportReason(new Error(message))).toBe(reason);
});
