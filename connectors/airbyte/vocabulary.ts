import type { Vocabulary } from '../../src/texts';

/** Airbyte's terms; settings are named by their path in the configuration. */
export const vocabulary = (showsValues = false, run = 'sync'): Vocabulary => ({
	record: 'record',
	column: 'column',
	run,
	setting: (path) => path,
	showsValues,
});

/** For problems that do not stop the sync. */
export const ofWarnings = (): Vocabulary => ({ ...vocabulary(), goesOn: true });
