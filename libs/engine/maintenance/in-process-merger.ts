import type { FileMerger, FoldOptions, FileInput, FoldedFile } from '../file-merger';
import { foldFiles, proveFile } from './fold-files';

/** Folds in the thread of the caller and in memory: for simulations of many small files. */
export function createInProcessMerger(): FileMerger {
  return {
    async merge(inputs: readonly FileInput[], options: FoldOptions): Promise<FoldedFile> {
      const chunks: Buffer[] = [];
      const sources = inputs.map((input) => input.open());
      const { proof, inputs: proofs } = await foldFiles(sources, options, (chunk) =>
        chunks.push(Buffer.from(chunk)),
      );
      const body = Buffer.concat(chunks);
      return { ...proof, inputs: proofs, body, discard: () => Promise.resolve() };
    },
    verify: (input) => proveFile(input.open()),
    close: () => Promise.resolve(),
  };
}
