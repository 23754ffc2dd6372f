import { CONCURRENT } from './concurrent.cases';
import { CONTEXT } from './context.cases';
import type { CaseGroup } from './isolation-case';
import { NESTED } from './nested.cases';
import { RUNNER } from './runner.cases';
import { SCHEMA } from './schema.cases';
import { SINGLE } from './single.cases';

export const GROUPS: readonly CaseGroup[] = [SINGLE, CONCURRENT, NESTED, CONTEXT, RUNNER, SCHEMA];
