import { defineConfig } from 'vitest/config';

const patient = { testTimeout: 120_000, hookTimeout: 120_000 };
const setupFiles = ['test/cleanUp.mts'];

/** An end-to-end suite, not part of `npm test`; each test has many runs. */
const endToEnd = (name: string) => ({
	test: {
		name,
		setupFiles,
		include: [`test/e2e/${name}/*.e2e.mts`],
		testTimeout: 3_600_000,
		hookTimeout: 120_000,
		maxConcurrency: 7,
	},
});

/** The files of a project share their workers; n8n-workflow patches built-in objects, so its tests have their own. */
export default defineConfig({
	logLevel: 'error',
	test: {
		maxWorkers: '100%',
		projects: [
			{
				test: {
					...patient,
					setupFiles,
					name: 'core',
					include: ['test/**/*.test.mts', 'simulator/**/*.test.mts'],
					exclude: ['test/n8n/**'],
					isolate: false,
				},
			},
			{
				test: { ...patient, name: 'n8n', include: ['test/n8n/*.test.mts'], isolate: false },
			},
			...['platform', 'hostile', 'fuzz', 'sharing', 'docs'].map(endToEnd),
		],
	},
});
