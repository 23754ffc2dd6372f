import { describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Origin, withoutHost } from './origin';

const inside = path.join(process.cwd(), 'libs', 'a (1)', 'work.js');
const shown = path.join('libs', 'a (1)', 'work.js');

describe('where a transaction was begun', () => {
  it.each([
    [`at work (${inside}:1:2)`, `at work (${shown}:1:2)`],
    [`at async Service.work (${inside}:1:2)`, `at async Service.work (${shown}:1:2)`],
    [`at ${inside}:1:2`, `at ${shown}:1:2`],
    [`at async ${inside}:1:2`, `at async ${shown}:1:2`],
    [`at work (${pathToFileURL(inside).href}:1:2)`, `at work (${shown}:1:2)`],
    [`at async ${pathToFileURL(inside).href}:1:2`, `at async ${shown}:1:2`],
    [`at work (/elsewhere/home/somebody/x.js:1:2)`, `at work (x.js:1:2)`],
    [`at work (file://elsewhere/share/x.js:1:2)`, `at work (x.js:1:2)`],
    [`at new Promise (<anonymous>)`, `at new Promise (<anonymous>)`],
  ])('%s names no folder of the host', (line, expected) => {
    expect(withoutHost(line)).toBe(expected);
  });

  it('names the file of the caller', () => {
    const place = (function begin() {
      return new Origin(begin);
    })();
    expect(place.lines()).toContain(path.join('isolated', 'origin.spec.ts'));
    expect(place.lines()).not.toContain(process.cwd());
  });
});
