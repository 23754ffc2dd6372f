const version = (manifest: string) => jest.requireActual<{ version: string }>(manifest).version;

it('runs on the Nest and the TypeORM that are named here, not on those of the app', () => {
  const { dependencies } = jest.requireActual<{ dependencies: Record<string, string> }>(
    './package.json',
  );
  for (const name of ['@nestjs/core', '@nestjs/common', '@nestjs/typeorm', 'typeorm']) {
    expect([name, version(`${name}/package.json`)]).toEqual([name, dependencies[name]]);
  }
});
