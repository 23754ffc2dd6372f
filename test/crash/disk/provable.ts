import { existsSync, readFileSync, statSync } from 'node:fs';
import type { LtxHeader } from '../../../libs/ltx';
import { SIDECAR } from '../death/post-mortem';

interface Sidecar {
  readonly lines: readonly {
    readonly txid: number;
    readonly salt1: number;
    readonly salt2: number;
  }[];
  readonly main: {
    readonly ino: string;
    readonly mtimeNs: string;
    readonly ctimeNs: string;
  } | null;
}

/**
 * Whether an untouched kept disk has what a proof needs: the main file is the one that the sidecar describes, and its log
 * is the one that the head names, or one that the sidecar knows to begin at the head. A kill in the middle of a checkpoint
 * leaves a disk that has not; then the replica must be restored.
 */
export function isProvable(database: string, { salt1, salt2, maxTxid }: LtxHeader): boolean {
  if (!existsSync(database + SIDECAR) || !existsSync(`${database}-wal`)) return false;
  const { main, lines } = JSON.parse(readFileSync(database + SIDECAR, 'utf8')) as Sidecar;
  const { ino, mtimeNs, ctimeNs } = statSync(database, { bigint: true });
  if (main?.ino !== `${ino}` || main.mtimeNs !== `${mtimeNs}` || main.ctimeNs !== `${ctimeNs}`) {
    return false;
  }
  const wal = readFileSync(`${database}-wal`).subarray(0, 32);
  if (wal.length < 32) return false;
  const isLog = (a: number, b: number): boolean =>
    wal.readUInt32BE(16) === a && wal.readUInt32BE(20) === b;
  return (
    isLog(salt1, salt2) ||
    lines.some((line) => line.txid === maxTxid && isLog(line.salt1, line.salt2))
  );
}
