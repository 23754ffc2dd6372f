import {
  decodeLtxHeader,
  LTX_HEADER_SIZE,
  parseLtxFileName,
  type LtxHeader,
} from '../../../libs/ltx';
import { type ObjectStore, readBody } from '../../../libs/storage';

/** The newest entry of a replica, by its bytes alone; null if there is none. */
export async function readHeadEntry(replica: ObjectStore): Promise<LtxHeader | null> {
  let newest: string | undefined;
  // Sixteen digits, so the order of names is that of TXIDs.
  for await (const { key } of replica.list('ltx/0/')) {
    const isEntry = parseLtxFileName(key.slice('ltx/0/'.length)) !== null;
    if (isEntry && (newest === undefined || key > newest)) newest = key;
  }
  if (newest === undefined) return null;
  const range = { offset: 0, length: LTX_HEADER_SIZE };
  return decodeLtxHeader(await readBody(await replica.get(newest, { range }), LTX_HEADER_SIZE));
}
