import { costOf, STORE_PRICES, type StorePrices } from './prices';

const none = { put: 0, list: 0, get: 0, head: 0, delete: 0 };

test('a commit a second for thirty days costs what S3 charges for its puts', () => {
  const seconds = 30 * 86_400;
  expect(costOf({ ...none, put: seconds }, STORE_PRICES.s3).requests).toBeCloseTo(12.96, 5);
});

test('every class of request, and the bytes kept, add to the price', () => {
  const prices: StorePrices = {
    name: 'test',
    perMillion: { put: 1, list: 10, get: 100, head: 1000, delete: 10_000 },
    gbMonth: 7,
    source: '',
    read: '',
  };
  const counts = { put: 1e6, list: 2e6, get: 3e6, head: 4e6, delete: 5e6 };
  expect(costOf(counts, prices, 2e9)).toEqual({ requests: 54_321, storage: 14, total: 54_335 });
  expect(costOf(none, prices)).toEqual({ requests: 0, storage: 0, total: 0 });
});

test('every price says where it is from and when it was read', () => {
  for (const prices of Object.values<StorePrices>(STORE_PRICES)) {
    expect(prices.source).toMatch(/^https:\/\//);
    expect(prices.read).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
  }
});
