import { type ConfigType, registerAs } from '@nestjs/config';
import { CATALOGUE_SELECTIONS, type CatalogueSelection } from '../catalogue/catalogue-selection';
import { StartError } from './start-error';

/** What the demo itself is told by environment variables. Those of the database are read by nestjs-persistence. */
export interface CoursesSettings {
  /** `HOST`: the address to listen on. Only this machine by default. */
  readonly host: string;
  /** `PORT`: 0 takes any free one. */
  readonly port: number;
  /** `COURSES_CATALOGUE` */
  readonly catalogue: CatalogueSelection;
}

/** @throws StartError `SETTING_INVALID` */
export function readSettings(env: NodeJS.ProcessEnv): CoursesSettings {
  return {
    host: env['HOST'] || '127.0.0.1',
    port: readPort(env['PORT'] || '3000'),
    catalogue: readCatalogue(env['COURSES_CATALOGUE'] || 'small'),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new StartError(
      'SETTING_INVALID',
      `PORT is "${text}".`,
      'Set PORT to a number from 0 to 65535; 0 takes any free port.',
    );
  }
  return port;
}

function readCatalogue(text: string): CatalogueSelection {
  const selection = CATALOGUE_SELECTIONS.find((name) => name === text);
  if (selection === undefined) {
    throw new StartError(
      'SETTING_INVALID',
      `COURSES_CATALOGUE is "${text}".`,
      `Set COURSES_CATALOGUE to one of: ${CATALOGUE_SELECTIONS.join(', ')}.`,
    );
  }
  return selection;
}

export const coursesSettings = registerAs('courses', () => readSettings(process.env));
export type InjectedSettings = ConfigType<typeof coursesSettings>;
