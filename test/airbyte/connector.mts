import { afterAll } from 'vitest';
import { endAll } from './process.mts';

export * from './process.mts';

afterAll(endAll);
