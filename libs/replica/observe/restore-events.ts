import type { SoundRestoreHooks } from '../log/restore-sound';
import type { ReplicaEvent } from '../replica-types';

/** Turns what happens during a restore into events. */
export function restoreEvents(emit: (event: ReplicaEvent) => void): SoundRestoreHooks {
  return {
    onPlan: ({ files, txid }) => {
      const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
      emit({
        type: 'restoring',
        files: files.length,
        totalBytes,
        txid,
        time: files.at(-1)?.time ?? null,
      });
    },
    onProgress: (progress) => emit({ type: 'progress', ...progress }),
    onLeftOut: ({ key }, reason) =>
      emit({
        type: 'found',
        found: `${key} is not used, other files give the same state: ${reason}`,
      }),
  };
}
