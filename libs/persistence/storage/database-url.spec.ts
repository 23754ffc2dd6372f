import { databaseUrlScheme, localPathOf } from './database-url';

describe('DATABASE_URL', () => {
  it.each([
    ['file:./dev.db', './dev.db'],
    ['file:/data/app.db', '/data/app.db'],
    ['file:///data/app.db', '/data/app.db'],
    ['sqlite:data/app.db', 'data/app.db'],
    ['sqlite:///data/app.db?connection_limit=1', '/data/app.db'],
    ['file:my%20app.db', 'my app.db'],
    ['file:100%.db', '100%.db'],
    ['postgres://host/db', undefined],
    ['', undefined],
  ])('%s names the local file %s', (url, file) => {
    expect(localPathOf(url)).toBe(file);
  });

  it('shows its scheme and nothing else', () => {
    expect(databaseUrlScheme('Postgres://u:p@h/d')).toBe('postgres');
    expect(databaseUrlScheme('secret')).toBe('unknown');
  });
});
