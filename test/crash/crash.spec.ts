import { crashRun } from './crash-run';
import type { Durability } from './durability';
import { newSeed } from './options';
import { heading, lifeLine, summary } from './report';

const TIMEOUT_MS = 600_000;

async function demandNothingLost(lives: number, durability: Durability): Promise<void> {
  const result = await crashRun({ lives, durability, seed: newSeed(), keepDisk: false });
  const text = [heading(), ...result.lives.map(lifeLine), ...summary(result)].join('\n');
  // The whole report is the message: it names the seed and where the evidence is.
  if (result.failures.length > 0) throw new Error(text);
  expect(result.lives).toHaveLength(lives);
}

describe('The built demo, killed under load with its disk wiped', () => {
  it(
    'loses nothing that it acknowledged and restores every page',
    () => demandNothingLost(10, 'async'),
    TIMEOUT_MS,
  );

  it(
    'loses nothing that any answer has told, reads of what others were writing included, where every answer waits',
    () => demandNothingLost(5, 'confirmed'),
    TIMEOUT_MS,
  );
});
