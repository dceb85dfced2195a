import { defineConfig } from 'vitest/config';

const patient = { testTimeout: 120_000, hookTimeout: 120_000 };

/** The files of a project share their workers; n8n-workflow changes built-in objects, so its tests have their own. */
export default defineConfig({
	logLevel: 'error',
	test: {
		maxWorkers: '100%',
		projects: [
			{
				test: {
					...patient,
					name: 'core',
					include: ['test/**/*.test.mts'],
					exclude: ['test/nodes/**'],
					isolate: false,
				},
			},
			{
				test: { ...patient, name: 'nodes', include: ['test/nodes/**/*.test.mts'], isolate: false },
			},
		],
	},
});
