const SECRET_NAME =
  /SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|CONNECTION_STRING|_KEY(_|$)|DATABASE_URL/i;
/** Names of objects, in spite of their name. */
const NO_SECRETS = /^S3_KEY(_|$)/;
/** Shorter values would be found in ordinary text. */
const MIN_LENGTH = 6;

/** Takes the values of variables that carry secrets out of whatever is written, and the parts of connection strings and URLs. */
export function redactSecrets(
  variables: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  const secrets = Object.entries(variables)
    .filter(([name]) => SECRET_NAME.test(name) && !NO_SECRETS.test(name))
    .flatMap(([, value = '']) => [value, ...partsOf(value)])
    .filter((value) => value.length >= MIN_LENGTH);
  const longestFirst = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

function partsOf(value: string): string[] {
  const keys = [...value.matchAll(/(?:AccountKey|SharedAccessSignature)=([^;]+)/gi)].map(
    ([, key]) => key!,
  );
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/:@]*:([^@/]+)@/i.exec(value)?.[1];
  return password === undefined ? keys : [...keys, password];
}
