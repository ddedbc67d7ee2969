import { environmentForPrograms } from '../../activities/process-environment';

test('programs see what computes, and of nobody any credentials, proxies or other settings', () => {
  const seen = {
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    CUDA_VISIBLE_DEVICES: '1',
    STEPWELL_CACHE: '/c',
    TF_X: '',
  };
  const hidden = Object.fromEntries(
    [
      'AWS_SECRET_ACCESS_KEY',
      'TEMPORAL_API_KEY',
      'https_proxy',
      'HTTPS_PROXY',
      'GITHUB_TOKEN',
      'NODE_USE_ENV_PROXY',
    ].map((name) => [name, 'secret']),
  );
  expect(environmentForPrograms({ ...seen, ...hidden, USER: undefined })).toEqual(seen);
});
