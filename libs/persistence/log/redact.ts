import path from 'node:path';
import type { LineLog } from './event-log';

export type Redact = (text: string) => string;

/** Takes the folders of these files out of a text and leaves their names: logs and health answers show no paths of the host. */
export function redactFolders(files: readonly string[]): Redact {
  const folders = files
    .filter((file) => path.isAbsolute(file))
    .map((file) => path.dirname(file))
    .map((folder) => (folder.endsWith(path.sep) ? folder : folder + path.sep))
    // The root alone would be found in everything.
    .filter((folder) => folder !== path.parse(folder).root)
    .sort((a, b) => b.length - a.length);
  return (text) => folders.reduce((left, folder) => left.replaceAll(folder, ''), text);
}

export function redactedLines(lines: LineLog, redact: Redact): LineLog {
  return {
    log: (line) => lines.log(redact(line)),
    warn: (line) => lines.warn(redact(line)),
    error: (line) => lines.error(redact(line)),
  };
}
