import { afterAll } from 'vitest';
import { cleanUp } from './atTheEnd.mts';

// Files of a project share their modules, so a hook in a module would belong to the first file that loads it.
afterAll(cleanUp);
