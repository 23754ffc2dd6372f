import { crashRun } from './crash-run';
import { newSeed } from './options';
import { heading, lifeLine, summary } from './report';

const LIVES = 10;
const TIMEOUT_MS = 600_000;

describe('The built demo, killed under load with its disk wiped', () => {
  it(
    'loses nothing that it acknowledged and restores every page',
    async () => {
      const result = await crashRun({ lives: LIVES, seed: newSeed(), keepDisk: false });
      const text = [heading(), ...result.lives.map(lifeLine), ...summary(result)].join('\n');
      // The whole report is the message: it names the seed and where the evidence is.
      if (result.failures.length > 0) throw new Error(text);
      expect(result.lives).toHaveLength(LIVES);
    },
    TIMEOUT_MS,
  );
});
