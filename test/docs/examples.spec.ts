import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { OPTION_DEFAULTS } from '../../libs/persistence/module/options.schema';

const EXAMPLES = join(__dirname, '..', '..', 'docs', 'examples');
const read = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');
const yaml = (name: string): unknown => load(read(name));
const json = (name: string): unknown => JSON.parse(read(name));

/** The few lines of TOML that fly.toml is made of: tables, and keys with a string, number or boolean. */
function toml(name: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  let table = '';
  for (const line of read(name).split('\n')) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const header = /^\[\[?([a-z_.]+)\]\]?$/.exec(text);
    const pair = /^([A-Za-z0-9_]+) = (.+)$/.exec(text);
    if (header) table = `${header[1]}.`;
    else if (pair) found[`${table}${pair[1]}`] = JSON.parse(pair[2]!);
    else throw new Error(`${name} has a line that is none of these: ${text}`);
  }
  return found;
}

/** Seconds between the signal and the kill: more than the app may take for its end. */
const STOP_SECONDS = OPTION_DEFAULTS.shutdownTimeoutMs / 1_000;
const stopSeconds = (name: string): number => {
  const set = /PERSISTENCE_SHUTDOWN_TIMEOUT_MS\W+(\d+)/.exec(read(name));
  return Number(set?.[1] ?? NaN) / 1_000;
};

describe('docs/examples', () => {
  it('are all looked at here', () => {
    expect(readdirSync(EXAMPLES).toSorted()).toEqual([
      'Dockerfile',
      'Dockerfile.dockerignore',
      'app-service.sh',
      'cloud-run.yaml',
      'compose.yaml',
      'ecs-service.json',
      'ecs-task-definition.json',
      'fly.toml',
      'render.yaml',
      's3-policy.json',
    ]);
  });

  it('Dockerfile: node gets the signal, and both stages have the same Debian and Node', () => {
    const lines = read('Dockerfile').split('\n');
    const bases = lines.filter((line) => line.startsWith('FROM '));
    expect(bases.map((line) => /^FROM (node:\d+-[a-z]+)/.exec(line)?.[1])).toEqual([
      'node:22-bookworm',
      'node:22-bookworm',
    ]);
    expect(lines.indexOf('RUN npm ci')).toBeGreaterThan(
      lines.indexOf('COPY package.json package-lock.json nestjs-persistence-*.tgz ./'),
    );
    expect(lines.filter((line) => /^(ENTRYPOINT|CMD) /.test(line))).toEqual([
      'ENTRYPOINT ["/usr/bin/tini", "--"]',
      'CMD ["node", "dist/main.js"]',
    ]);
  });

  it('Dockerfile: the folder of the volume belongs to the user that runs the app', () => {
    const lines = read('Dockerfile').split('\n');
    const made = lines.indexOf('RUN mkdir /data && chown node:node /data');
    expect(made).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(lines.indexOf('USER node')).toBeGreaterThan(made);
  });

  it('Docker: no database of a laptop goes into the image', () => {
    const ignored = read('Dockerfile.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['*.db', '*.db-wal', 'data', '.env']));
  });

  it('compose.yaml: the stored data are in the volume, and the stop is waited for', () => {
    const { services } = yaml('compose.yaml') as { services: { app: Record<string, never> } };
    const { environment, volumes, stop_grace_period } = services.app;
    expect(environment).toEqual({ NETWORK_DB_PATH: '/data/app.db' });
    expect(volumes).toEqual(['data:/data']);
    expect(Number.parseInt(stop_grace_period!, 10)).toBeGreaterThan(STOP_SECONDS);
  });

  it('fly.toml: one Machine that is stopped in time and never put to sleep', () => {
    const fly = toml('fly.toml');
    expect(fly).toMatchObject({
      kill_signal: 'SIGTERM',
      'deploy.strategy': 'rolling',
      'http_service.auto_stop_machines': 'off',
      'http_service.min_machines_running': 1,
      'http_service.checks.path': '/health/live',
    });
    expect(fly.kill_timeout).toBeGreaterThan(stopSeconds('fly.toml'));
  });

  it('render.yaml: one instance, no shell between, secrets asked for', () => {
    const { services } = yaml('render.yaml') as { services: Record<string, unknown>[] };
    expect(services).toHaveLength(1);
    expect(services[0]).toMatchObject({
      numInstances: 1,
      startCommand: 'node dist/main.js',
      healthCheckPath: '/health/live',
    });
    expect(services[0]!.maxShutdownDelaySeconds).toBeGreaterThan(STOP_SECONDS);
    const secrets = (services[0]!.envVars as { key: string; sync?: boolean }[])
      .filter(({ key }) => /KEY/.test(key))
      .map(({ sync }) => sync);
    expect(secrets).toEqual([false, false]);
  });

  it('cloud-run.yaml: one instance that keeps its CPU and has time to restore', () => {
    const service = yaml('cloud-run.yaml') as {
      spec: { template: { metadata: { annotations: unknown }; spec: { containers: unknown[] } } };
    };
    expect(service.spec.template.metadata.annotations).toMatchObject({
      'autoscaling.knative.dev/minScale': '1',
      'autoscaling.knative.dev/maxScale': '1',
      'run.googleapis.com/cpu-throttling': 'false',
    });
    expect(service.spec.template.spec.containers[0]).toMatchObject({
      startupProbe: { httpGet: { path: '/health/live' }, periodSeconds: 10, failureThreshold: 24 },
      livenessProbe: { httpGet: { path: '/health/live' } },
    });
  });

  it('ECS: a deploy stops the old task first, and gives it time', () => {
    expect(json('ecs-service.json')).toMatchObject({
      desiredCount: 1,
      deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
    });
    const task = json('ecs-task-definition.json') as {
      containerDefinitions: { stopTimeout: number; healthCheck: { startPeriod: number } }[];
    };
    const [container] = task.containerDefinitions;
    expect(container!.stopTimeout).toBeGreaterThan(STOP_SECONDS);
    expect(container!.stopTimeout).toBeLessThanOrEqual(120);
    expect(container!.healthCheck.startPeriod).toBeLessThanOrEqual(300);
  });

  it('s3-policy.json: lists the bucket, and nothing but its objects', () => {
    const { Statement } = json('s3-policy.json') as {
      Statement: { Action: string | string[]; Resource: string }[];
    };
    expect(Statement.map(({ Action, Resource }) => [Resource, [Action].flat().toSorted()])).toEqual(
      [
        ['arn:aws:s3:::my-app-database', ['s3:ListBucket']],
        [
          'arn:aws:s3:::my-app-database/*',
          ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        ],
      ],
    );
  });

  it('app-service.sh: is a script that a shell takes, one instance, no key', () => {
    execFileSync('bash', ['-n', join(EXAMPLES, 'app-service.sh')]);
    const script = read('app-service.sh');
    expect(script).toContain('--number-of-workers 1');
    expect(script).toMatch(/^az webapp deploy .*--src-path/m);
    expect(script).toContain("--role 'Storage Blob Data Contributor'");
    expect(script).not.toMatch(/CONNECTION_STRING|account keys/i);
    const seconds = /WEBSITES_CONTAINER_STOP_TIME_LIMIT=(\d+)/.exec(script)?.[1];
    expect(Number(seconds)).toBeGreaterThan(stopSeconds('app-service.sh'));
  });
});
