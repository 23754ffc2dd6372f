/** Keys that a service lists in one request; S3's most, and what others give at least. */
export const KEYS_PER_PAGE = 1000;

/** Keys that a service deletes in one request. */
export const KEYS_PER_DELETE = 1000;

/** Whether the object at `index` (from 0) of a listing is the first of a page, as far as the port lets anybody see. */
export const beginsPage = (index: number): boolean => index % KEYS_PER_PAGE === 0;
