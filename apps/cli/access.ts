/** The one place where the command line meets the package: in the published package that is the package itself. */
export * from 'nestjs-persistence/cli-access';
