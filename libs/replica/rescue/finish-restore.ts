import type { AppliedFile, RestoreSink } from '../../engine/database-engine';
import type { Clock } from '../clock';
import type { RestoreResult } from '../replica-types';

/** What becomes of a restored state. */
export interface RestoreOutput {
  /** What stands at the path is set aside; without it, a file there is `RESTORE_TARGET_EXISTS`. */
  readonly replace?: boolean;
  /** What SQLite checks at the end (default `quick`). */
  readonly verify?: 'quick' | 'full';
}

/** Checks what was applied and puts it into its place; on any failure nothing of it remains. */
export async function finishRestore(
  { sink, last }: { readonly sink: RestoreSink; readonly last: AppliedFile },
  { verify = 'quick' }: RestoreOutput,
  { clock, begun }: { readonly clock: Clock; readonly begun: number },
): Promise<RestoreResult> {
  try {
    await sink.verify(verify);
    const { path, size, setAside } = await sink.finish();
    const { maxTxid, timestamp } = last.header;
    return {
      path,
      txid: maxTxid,
      time: timestamp,
      bytes: size,
      durationMs: clock.now() - begun,
      ...(setAside !== null && { setAside }),
    };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
