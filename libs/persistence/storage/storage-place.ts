import path from 'node:path';
import { DEFAULT_CONTAINER } from './azure-blob-settings';
import { accountOfEndpoint, parseConnectionString } from './connection-string';
import type { AzureBlobChoice, S3Choice, StorageChoice } from './storage-choice';
import type { StoragePlan } from './storage-plan';

/** Where the replica lives, as a person would say it. Names no folder of the host and no secret. */
export function placeOf(plan: StoragePlan): string {
  switch (plan.kind) {
    case 'none':
      return 'no store';
    case 'network-path':
      return 'a folder';
    case 'own':
      return "the app's own object store";
    case 'choice':
      return placeOfChoice(plan.choice, `${plan.object}.replica`);
  }
}

function placeOfChoice(choice: StorageChoice, folder: string): string {
  switch (choice.kind) {
    case 'directory':
      return choice.volume === undefined ? 'a folder' : 'a volume';
    case 'memory':
      return 'the memory of this process';
    case 's3':
      return `${serviceOf(choice)}, bucket ${choice.settings.bucket}, ${folder}`;
    case 'azure-blob':
      return `Azure Blob Storage, container ${containerOf(choice)}, ${folder}`;
  }
}

function serviceOf({ settings: { endpoint } }: S3Choice): string {
  return endpoint === undefined ? 'S3' : `S3 at ${new URL(endpoint).host}`;
}

function containerOf({ settings: { client, container } }: AzureBlobChoice): string {
  return client?.containerName ?? container ?? DEFAULT_CONTAINER;
}

/**
 * The replica as `litestream restore` takes it; undefined where Litestream cannot reach it. A variable stands where a path
 * of this host would.
 */
export function litestreamUrl(plan: StoragePlan, variable: string): string | undefined {
  if (plan.kind === 'network-path') return `"file://$${variable}.replica"`;
  if (plan.kind !== 'choice') return undefined;
  const { choice, object } = plan;
  if (choice.kind === 's3') {
    const { bucket, endpoint, client } = choice.settings;
    // A client of the app's own knows where it sends its requests, and tells nobody.
    if (client !== undefined) return undefined;
    const query = endpoint === undefined ? '' : `?endpoint=${encodeURIComponent(endpoint)}`;
    return `"s3://${bucket}/${encodeURI(object)}.replica${query}"`;
  }
  if (choice.kind === 'azure-blob') {
    const account = accountOf(choice);
    if (account === null) return undefined;
    return `"abs://${account}@${containerOf(choice)}/${encodeURI(object)}.replica"`;
  }
  return undefined;
}

function accountOf({ settings }: AzureBlobChoice): string | null {
  const { client, connectionString, account } = settings;
  if (client !== undefined) return client.accountName;
  if (connectionString !== undefined) return parseConnectionString(connectionString).account;
  return accountOfEndpoint(account) ?? account ?? null;
}

/**
 * What tells the store, and the replica in it, from any other; without secrets. Undefined where that cannot be said without
 * asking: an object of the app's own, a client of the S3 SDK.
 */
export function placeOfProof(plan: StoragePlan): string | undefined {
  if (plan.kind !== 'choice') return undefined;
  const { choice, object } = plan;
  if (choice.kind === 's3') {
    const { bucket, client, endpoint = endpointOfTheSdk() } = choice.settings;
    if (client !== undefined) return undefined;
    const service = endpoint === undefined ? 'aws' : withoutSecrets(endpoint);
    return service === null ? undefined : `s3 ${service} ${bucket}/${object}.replica`;
  }
  if (choice.kind === 'azure-blob') {
    const service = serviceOfAzure(choice);
    return service === null
      ? undefined
      : `azure ${service} ${containerOf(choice)}/${object}.replica`;
  }
  return undefined;
}

/** The SDK goes there where the settings name no endpoint. */
function endpointOfTheSdk(): string | undefined {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  return AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || undefined;
}

function serviceOfAzure({ settings }: AzureBlobChoice): string | null {
  const { client, connectionString, account } = settings;
  if (client !== undefined) return withoutSecrets(client.url);
  if (connectionString !== undefined) {
    const service = parseConnectionString(connectionString).service;
    return service === null ? null : withoutSecrets(service);
  }
  if (account === undefined) return null;
  return withoutSecrets(
    account.includes('://') ? account : `https://${account}.blob.core.windows.net`,
  );
}

/** A URL may carry a password or a signature. */
function withoutSecrets(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/$/, '');
}

/** Which store an object lies in, and under which key there. Two databases with the same one would overwrite each other. */
export interface StoragePlace {
  /** Equal for the same store: a text that names it, or the store itself. */
  readonly store: unknown;
  readonly key: string;
}

/** Null where nothing is stored. */
export function storagePlace(plan: StoragePlan): StoragePlace | null {
  switch (plan.kind) {
    case 'none':
      return null;
    case 'network-path':
      return { store: 'directory', key: path.resolve(plan.file) };
    case 'own':
      return { store: plan.store, key: plan.object };
    case 'choice':
      return placeInChoice(plan.choice, plan.object);
  }
}

function placeInChoice(choice: StorageChoice, key: string): StoragePlace {
  switch (choice.kind) {
    case 'directory':
      return { store: 'directory', key: path.resolve(choice.root, key) };
    case 'memory':
      return { store: choice.store, key };
    case 's3':
      return { store: `s3 ${choice.settings.endpoint ?? 'aws'} ${choice.settings.bucket}`, key };
    case 'azure-blob':
      return { store: `azure ${accountOf(choice) ?? ''} ${containerOf(choice)}`, key };
  }
}
