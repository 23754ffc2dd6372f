/** A logger that keeps its lines. */
export class LineCollector {
  readonly lines: { readonly level: 'log' | 'warn' | 'error'; readonly line: string }[] = [];

  log(line: string): void {
    this.lines.push({ level: 'log', line });
  }

  warn(line: string): void {
    this.lines.push({ level: 'warn', line });
  }

  error(line: string): void {
    this.lines.push({ level: 'error', line });
  }

  get text(): string {
    return this.lines.map(({ level, line }) => `${level} ${line}`).join('\n');
  }
}
