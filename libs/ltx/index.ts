export { Crc64 } from './crc64';
export { type EntryInfo, type EntryKind, ZERO_CHECKSUM } from './entry-info';
export { LtxDecoder, type LtxVisitor, verifyLtx } from './ltx-decoder';
export { encodePageless, LtxEncoder, type LtxSummary } from './ltx-encoder';
export {
  lockPage,
  LTX_HEADER_SIZE,
  LTX_TRAILER_SIZE,
  ltxFileName,
  parseLtxFileName,
} from './ltx-format';
export { decodeLtxHeader, encodeLtxHeader, type LtxHeader } from './ltx-header';
export { type MergeOptions, mergeLtx } from './ltx-merge';
export { type LtxLimits } from './ltx-parser';
