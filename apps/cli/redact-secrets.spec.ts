import { redactSecrets } from './redact-secrets';

describe('Output of the command line', () => {
  it('loses the values of secret variables, whole and in parts', () => {
    const redact = redactSecrets({
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      AZURE_STORAGE_CONNECTION_STRING: 'AccountName=a;AccountKey=abcDEF123==;EndpointSuffix=x',
      DATABASE_URL: 'postgres://user:hunter22@host/db',
      S3_KEY: 'prod/app.db',
      S3_BUCKET: 'backups',
    });
    expect(redact('key wJalrXUtnFEMI, AccountKey=abcDEF123==, password hunter22')).toBe(
      'key ***, AccountKey=***, password ***',
    );
    expect(redact('prod/app.db in backups')).toBe('prod/app.db in backups');
  });
});
