import { PersistenceError } from '../../errors';
import { headersOf, replacementFor } from './replacement';

describe('the answer in place of one that must not leave', () => {
  it('takes over who may read it, from headers in every form that writeHead takes, and nothing else', () => {
    const error = new PersistenceError('COMMIT_UNCONFIRMED', 'm');
    for (const given of [
      { 'Access-Control-Allow-Origin': '*', 'set-cookie': 'a=1' },
      ['Access-Control-Allow-Origin', '*', 'set-cookie', 'a=1'],
      [
        ['Access-Control-Allow-Origin', '*'],
        ['set-cookie', 'a=1'],
      ],
    ]) {
      const { status, headers, body } = replacementFor(error, headersOf([201, 'Made', given]));
      expect(status).toBe(503);
      expect(headers).toEqual({
        'Access-Control-Allow-Origin': '*',
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
      });
    }
    expect(headersOf([204])).toEqual([]);
    expect(headersOf(undefined)).toEqual([]);
  });

  it('is a 500 that says nothing where the error is none of ours', () => {
    const { status, body } = replacementFor(new TypeError('secret'), []);
    expect([status, JSON.parse(body)]).toEqual([
      500,
      { statusCode: 500, message: 'Internal Server Error' },
    ]);
  });
});
