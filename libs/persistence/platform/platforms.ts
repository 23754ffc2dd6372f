import type { Platform } from './platform';

const TEMPORARY = '/tmp';

/** The first that is detected counts: those that run on another one stand before it. */
export const PLATFORMS: readonly Platform[] = [
  {
    name: 'Vercel',
    detectedBy: ['VERCEL'],
    localFolder: TEMPORARY,
    graceMs: 500,
    overlaps: true,
    freezes: true,
    runsSeveral: true,
    deployment: { variable: 'VERCEL_ENV', main: ['production'] },
    source: 'https://vercel.com/docs/environment-variables/system-environment-variables',
  },
  {
    name: 'AWS Lambda',
    detectedBy: ['AWS_LAMBDA_FUNCTION_NAME'],
    localFolder: TEMPORARY,
    // SIGTERM comes only where an extension is registered.
    graceMs: 500,
    overlaps: true,
    freezes: true,
    runsSeveral: false,
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html',
  },
  {
    name: 'Google Cloud Run',
    detectedBy: ['K_SERVICE'],
    localFolder: TEMPORARY,
    graceMs: 10_000,
    overlaps: true,
    // With request-based billing, the default; nothing in the environment tells the other kind.
    freezes: true,
    runsSeveral: false,
    source: 'https://cloud.google.com/run/docs/container-contract',
  },
  {
    name: 'Azure Container Apps',
    detectedBy: ['CONTAINER_APP_NAME'],
    graceMs: 30_000,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    source: 'https://learn.microsoft.com/azure/container-apps/application-lifecycle-management',
  },
  {
    name: 'Azure App Service',
    detectedBy: ['WEBSITE_SITE_NAME'],
    networkFolders: ['/home'],
    // WEBSITES_CONTAINER_STOP_TIME_LIMIT.
    graceMs: 5_000,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    // Slots get each other's settings at a swap, unless those are marked as belonging to the slot.
    deployment: { variable: 'WEBSITE_SLOT_NAME', main: ['production'] },
    source: 'https://learn.microsoft.com/azure/app-service/reference-app-settings',
  },
  {
    name: 'Heroku',
    detectedBy: ['DYNO'],
    localFolder: TEMPORARY,
    graceMs: 30_000,
    overlaps: false,
    freezes: false,
    runsSeveral: false,
    source: 'https://devcenter.heroku.com/articles/dyno-shutdown-behavior',
  },
  {
    name: 'Render',
    detectedBy: ['RENDER'],
    graceMs: 30_000,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    deployment: { variable: 'IS_PULL_REQUEST', main: ['false'], label: 'preview' },
    source: 'https://render.com/docs/environment-variables',
  },
  {
    name: 'Fly.io',
    detectedBy: ['FLY_APP_NAME'],
    // kill_timeout; the signal is SIGINT unless kill_signal says otherwise.
    graceMs: 5_000,
    overlaps: false,
    freezes: false,
    runsSeveral: false,
    source: 'https://fly.io/docs/reference/configuration/',
  },
  {
    name: 'Railway',
    detectedBy: ['RAILWAY_ENVIRONMENT_NAME', 'RAILWAY_PROJECT_ID'],
    // RAILWAY_DEPLOYMENT_DRAINING_SECONDS gives more.
    graceMs: 0,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    deployment: { variable: 'RAILWAY_ENVIRONMENT_NAME', main: ['production'] },
    source: 'https://docs.railway.com/reference/variables',
  },
  {
    name: 'Amazon ECS',
    detectedBy: ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI'],
    graceMs: 30_000,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html',
  },
  {
    name: 'Kubernetes',
    detectedBy: ['KUBERNETES_SERVICE_HOST'],
    graceMs: 30_000,
    overlaps: true,
    freezes: false,
    runsSeveral: false,
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/',
  },
];
