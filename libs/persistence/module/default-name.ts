/** The database that variables and tokens without a name belong to. */
export const DEFAULT_NAME = 'app';
