import type { Type } from '@nestjs/common';
import type { AdminSettings } from './admin-options';

type Decorator = MethodDecorator & ClassDecorator;

/** The part of @nestjs/swagger that is used here. */
interface Swagger {
  ApiTags(...tags: string[]): Decorator;
  ApiBearerAuth(): Decorator;
  ApiOperation(options: { summary: string; description?: string; operationId: string }): Decorator;
  ApiResponse(options: { status: number; description: string }): Decorator;
  ApiQuery(options: { name: string; required: false; description: string }): Decorator;
  ApiBody(options: { required: false; schema: object }): Decorator;
}

interface Route {
  readonly method: string;
  readonly summary: string;
  readonly description?: string;
  readonly statuses: Readonly<Record<number, string>>;
}

const UNAVAILABLE = { 503: 'The store or this instance cannot do it now: code, message, hint' };

const ROUTES: readonly Route[] = [
  {
    method: 'status',
    summary: 'What is known about the database, from memory',
    description: 'The first field says in words whether data survives a redeploy, and why.',
    statuses: { 200: 'The status' },
  },
  {
    method: 'sync',
    summary: 'Store everything that is committed, now',
    statuses: { 200: 'What was stored', ...UNAVAILABLE },
  },
  {
    method: 'backup',
    summary: 'Make the plain database file in the store, if something has changed',
    statuses: {
      200: 'Key, bytes, TXID and duration; `skipped` says why nothing was written',
      ...UNAVAILABLE,
    },
  },
  {
    method: 'restorePoints',
    summary: 'States that can be restored exactly, newest first',
    statuses: { 200: 'TXID and time of each', ...UNAVAILABLE },
  },
  {
    method: 'restore',
    summary: 'Restore a state into a new file on the host that answers',
    description: 'Never overwrites; the live database is not touched.',
    statuses: {
      200: 'Name, TXID, time and bytes of the file',
      400: 'The body is wrong',
      404: 'There is no such state',
      409: 'The file exists, or another restore is under way',
      ...UNAVAILABLE,
    },
  },
];

const RESTORE_BODY = {
  type: 'object',
  properties: {
    file: { type: 'string', description: 'Name of the new file', example: 'rescued.db' },
    txid: { type: 'integer', minimum: 1 },
    at: {
      type: 'string',
      format: 'date-time',
      description: 'The newest state from before this moment',
    },
  },
};

/** For the app's OpenAPI page, where @nestjs/swagger is installed. */
export function describeAdmin(controller: Type, { token, database }: AdminSettings): void {
  const swagger = loadSwagger();
  if (swagger === null) return;
  swagger.ApiTags('persistence')(controller);
  if (token !== null) swagger.ApiBearerAuth()(controller);
  for (const { method, summary, description, statuses } of ROUTES) {
    const operationId = `persistence-${database}-${method}`;
    const all = { ...statuses, 401: 'Not allowed' };
    apply(controller, method, [
      swagger.ApiOperation({ summary, operationId, ...(description && { description }) }),
      ...Object.entries(all).map(([status, text]) =>
        swagger.ApiResponse({ status: Number(status), description: text }),
      ),
      ...(method === 'restorePoints' ? queries(swagger) : []),
      ...(method === 'restore' ? [swagger.ApiBody({ required: false, schema: RESTORE_BODY })] : []),
    ]);
  }
}

function queries(swagger: Swagger): Decorator[] {
  return [
    swagger.ApiQuery({ name: 'from', required: false, description: 'Not before this moment' }),
    swagger.ApiQuery({ name: 'to', required: false, description: 'Before this moment' }),
    swagger.ApiQuery({ name: 'limit', required: false, description: '1 to 1,000 (100)' }),
  ];
}

function apply(controller: Type, method: string, decorators: readonly Decorator[]): void {
  const prototype = controller.prototype as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method)!;
  for (const decorate of decorators) decorate(prototype, method, descriptor);
}

function loadSwagger(): Swagger | null {
  try {
    // Loaded on use: most apps have no OpenAPI page.
    return require('@nestjs/swagger') as Swagger;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return null;
  }
}
