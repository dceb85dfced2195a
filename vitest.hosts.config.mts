import { defineConfig } from 'vitest/config';

const patient = { testTimeout: 300_000, hookTimeout: 600_000 };

/** The suites in real hosts. They install what they run in, so no plain `vitest` starts them. */
export default defineConfig({
	logLevel: 'error',
	test: {
		projects: [
			{
				test: {
					...patient,
					name: 'pyairbyte',
					include: ['test/pyairbyte/*.real.mts'],
					globalSetup: 'test/pyairbyte/environment.mts',
				},
			},
		],
	},
});
