import { afterAll, vi } from 'vitest';
import { endAll } from './process.mts';

export * from './process.mts';

/** Processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });
afterAll(endAll);
