import { planStorage } from './detect-storage';
import { TakenPlaces } from './taken-places';

const planFor = (key: string) =>
  planStorage('app', undefined, (variable) =>
    variable === 'S3_BUCKET' ? 'b' : variable === 'S3_KEY' ? key : undefined,
  );

describe('two databases of one app in one bucket', () => {
  const accepted = (first: string, second: string): boolean => {
    const places = new TakenPlaces();
    places.takePlace('app', planFor(first));
    try {
      places.takePlace('orders', planFor(second));
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'PREFIX_IN_USE' });
      return false;
    }
  };

  it.each([
    ['app', 'app.db'],
    ['app.db', 'app.dbx'],
    ['app.db', 'app.backups/x.db'],
    ['app.db', 'other/app.db'],
  ])('may be called %s and %s', (first, second) => {
    expect(accepted(first, second)).toBe(true);
    expect(accepted(second, first)).toBe(true);
  });

  it.each([
    ['app.db', 'app.db'],
    ['app.db', 'app.db.replica/x.db'],
    ['app.db', 'app.db.backups/x.db'],
    ['app.db', 'app.before-adoption.db'],
    ['app.db', 'app.before-adoption-2.db'],
    ['app', 'app.before-adoption'],
  ])('may not be called %s and %s: one is where the other keeps its files', (first, second) => {
    expect(accepted(first, second)).toBe(false);
    expect(accepted(second, first)).toBe(false);
  });
});
