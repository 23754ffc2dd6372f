import { invalid } from './invalid';
import type { LtxSummary } from './ltx-encoder';
import type { LtxHeader } from './ltx-header';
import { LtxParser, type LtxLimits } from './ltx-parser';

export interface LtxVisitor {
  /** Before any page. */
  header?(header: LtxHeader): void;
  /** `data` is valid only during the call, in which no other file may be decoded. */
  page(pgno: number, data: Uint8Array): void;
}

/**
 * Reads one LTX file that is pushed in chunks of any size; memory does not grow with the file. Throws `LTX_INVALID` at the
 * first byte that cannot be right, but a file is proved intact only when `end` returns: until then its pages are hearsay.
 */
export class LtxDecoder {
  private readonly parser: LtxParser;

  constructor(
    private readonly visitor: LtxVisitor,
    limits: LtxLimits = {},
  ) {
    this.parser = new LtxParser(limits);
  }

  /** The chunk may be reused after the call. */
  write(chunk: Uint8Array): void {
    this.parser.feed(chunk);
    for (;;) {
      const event = this.parser.next();
      if (event === 'page') this.visitor.page(this.parser.pgno, this.parser.page);
      else if (event === 'header') this.visitor.header?.(this.parser.header);
      else return;
    }
  }

  /** Behind the last chunk. Throws `LTX_INVALID` if the file is cut. */
  end(): LtxSummary {
    if (!this.parser.summary) throw invalid('it is cut');
    return this.parser.summary;
  }
}

const nothing: LtxVisitor = { page: () => undefined };

/** Reads a file to its end for nothing but the proof that it is intact. Rejects with `LTX_INVALID`, or as the source does. */
export async function verifyLtx(source: AsyncIterable<Uint8Array>): Promise<LtxSummary> {
  const decoder = new LtxDecoder(nothing);
  for await (const chunk of source) decoder.write(chunk);
  return decoder.end();
}
