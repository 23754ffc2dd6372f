import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { ServerProcess } from './server-process.mjs';

const CONTAINER = 'database-backup';
const NAME = 'ai_learning.db';
const INSTALL_MAX_MS = 180_000;

/** A container on Azurite, Microsoft's emulator of Azure Storage, which ends with the demo. */
export async function azureStore({ root }) {
  const servers = join(root, 'test', 'servers');
  install(join(servers, 'install.mjs'));
  const server = await ServerProcess.start([join(servers, 'start.mjs'), 'azurite', '0']);
  const connectionString = server.variables.AZURE_TEST_CONNECTION_STRING;
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const container = service.getContainerClient(CONTAINER);
  return {
    place: `an Azure Blob container (${CONTAINER}, on Azurite at ${new URL(service.url).host})`,
    variables: { AZURE_STORAGE_CONNECTION_STRING: connectionString, AZURE_BLOB_NAME: NAME },
    measure: () => measureContainer(container),
    async download(key, file) {
      await container.getBlobClient(key).downloadToFile(file);
    },
    show: (key) => `az storage blob download --container-name ${CONTAINER} --name ${key}`,
    close: () => server.stop(),
  };
}

/** Once; the next demo finds it. */
function install(script) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'azurite'], {
    encoding: 'utf8',
    timeout: INSTALL_MAX_MS,
  });
  if (status !== 0) throw new Error(`Azurite could not be installed.\n${stdout}${stderr}`);
}

async function measureContainer(container) {
  const sum = { files: 0, bytes: 0 };
  if (!(await container.exists())) return sum;
  for await (const { properties } of container.listBlobsFlat()) {
    sum.files += 1;
    sum.bytes += properties.contentLength ?? 0;
  }
  return sum;
}
