import {
  deploymentOf,
  detectPlatform,
  networkFolderOf,
  shutdownTimeoutOf,
} from './detect-platform';
import { PLATFORMS } from './platforms';

const from = (variables: Record<string, string>) => (variable: string) => variables[variable];
const detect = (variables: Record<string, string>) => detectPlatform(from(variables));

describe('where the process runs', () => {
  it('is nowhere in particular without a sign', () => {
    expect(detect({ PATH: '/bin', NODE_ENV: 'production' })).toBeNull();
    expect(shutdownTimeoutOf(null)).toBe(8_000);
    expect(deploymentOf(null, from({ VERCEL_ENV: 'preview' }))).toBe('');
  });

  it('is told by any of its variables, for every platform', () => {
    for (const platform of PLATFORMS) {
      for (const variable of platform.detectedBy) {
        expect(detect({ [variable]: '1' })?.name).toBe(platform.name);
      }
    }
  });

  it('is the one on top where one platform runs on another', () => {
    expect(detect({ VERCEL: '1', AWS_LAMBDA_FUNCTION_NAME: 'f' })?.name).toBe('Vercel');
    expect(detect({ K_SERVICE: 's', KUBERNETES_SERVICE_HOST: 'h' })?.name).toBe('Google Cloud Run');
    expect(detect({ CONTAINER_APP_NAME: 'a', KUBERNETES_SERVICE_HOST: 'h' })?.name).toBe(
      'Azure Container Apps',
    );
  });

  it('is a machine of one’s own where the platform’s tools run there', () => {
    expect(detect({ VERCEL: '1', VERCEL_ENV: 'development' })).toBeNull();
  });

  it('leaves the last drain less time than the platform does', () => {
    for (const platform of PLATFORMS) {
      const timeout = shutdownTimeoutOf(platform);
      expect(timeout).toBeGreaterThan(0);
      if (platform.graceMs > 0) expect(timeout).toBeLessThan(platform.graceMs);
      expect(timeout).toBeLessThanOrEqual(8_000);
    }
  });

  it.each([
    [{ WEBSITE_SITE_NAME: 'x', WEBSITE_SLOT_NAME: 'Production' }, ''],
    [{ WEBSITE_SITE_NAME: 'x', WEBSITE_SLOT_NAME: 'Staging' }, 'staging'],
    [{ WEBSITE_SITE_NAME: 'x' }, ''],
    [{ VERCEL: '1', VERCEL_ENV: 'production' }, ''],
    [{ VERCEL: '1', VERCEL_ENV: 'preview' }, 'preview'],
    [{ RENDER: 'true', IS_PULL_REQUEST: 'false' }, ''],
    [{ RENDER: 'true', IS_PULL_REQUEST: 'true' }, 'preview'],
    [{ RAILWAY_PROJECT_ID: 'p', RAILWAY_ENVIRONMENT_NAME: 'pr-7' }, 'pr-7'],
    [{ DYNO: 'web.1' }, ''],
  ])('%j is the deployment "%s"', (variables, label) => {
    const environment = from(variables as never);
    expect(deploymentOf(detectPlatform(environment), environment)).toBe(label);
  });

  it('knows folders that only look local', () => {
    const appService = detect({ WEBSITE_SITE_NAME: 'x' });
    expect(networkFolderOf(appService, '/home/site/wwwroot/data/app.db')).toBe('/home');
    expect(networkFolderOf(appService, '/tmp/app.db')).toBeUndefined();
    expect(networkFolderOf(appService, '/homely/app.db')).toBeUndefined();
  });
});
