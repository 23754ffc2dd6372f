import { readSettings } from './settings';

describe('readSettings', () => {
  it('listens on this machine only and loads the small catalogue unless told otherwise', () => {
    expect(readSettings({})).toEqual({ host: '127.0.0.1', port: 3000, catalogue: 'small' });
  });

  it('takes what is set', () => {
    expect(readSettings({ HOST: '::1', PORT: '0', COURSES_CATALOGUE: 'none' })).toEqual({
      host: '::1',
      port: 0,
      catalogue: 'none',
    });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['PORT', '1e3'],
    ['COURSES_CATALOGUE', 'big'],
    ['COURSES_CATALOGUE', 'Full'],
  ])('%s=%s is refused with what is allowed', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'SETTING_INVALID', hint: expect.stringContaining(name) }),
    );
  });
});
