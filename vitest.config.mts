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
					include: ['test/**/*.test.mts', 'simulator/**/*.test.mts'],
					exclude: ['test/n8n/**'],
					isolate: false,
				},
			},
			{
				test: { ...patient, name: 'n8n', include: ['test/n8n/*.test.mts'], isolate: false },
			},
		],
	},
});
