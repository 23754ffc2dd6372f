import { type PutOptions } from './object-store';
import { StoreError } from './store-error';

const METADATA_BYTES_MAX = 2048;
/** The last moment a Date can name. */
const TIME_MAX = 8.64e15;

/** Rejects metadata or a time outside of what the port promises to carry, on every provider alike. */
export function assertPutOptions(key: string, options: PutOptions): void {
  const { metadata, time } = options;
  if (time !== undefined && !(Number.isInteger(time) && time >= 0 && time <= TIME_MAX)) {
    throw new StoreError('Rejected', key, `a time of ${time}: whole ms since 1970 are needed`);
  }
  if (metadata !== undefined) assertMetadata(key, metadata);
}

function assertMetadata(key: string, metadata: Readonly<Record<string, string>>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9-]+$/.test(name)) {
      throw new StoreError('Rejected', key, `a metadata name "${name}"`);
    }
    if (!/^([!-~]([ -~]*[!-~])?)?$/.test(value)) {
      throw new StoreError(
        'Rejected',
        key,
        `a value of metadata "${name}" that is not plain ASCII`,
      );
    }
    bytes += name.length + value.length;
  }
  if (bytes > METADATA_BYTES_MAX) {
    throw new StoreError('Rejected', key, `${bytes} bytes of metadata (${METADATA_BYTES_MAX} fit)`);
  }
}

export function hasMetadata(options: PutOptions): boolean {
  return options.metadata !== undefined && Object.keys(options.metadata).length > 0;
}
