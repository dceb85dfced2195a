import { defineConfig } from 'vitest/config';

const host = { testTimeout: 300_000, hookTimeout: 600_000 };
/** Files run one at a time; all use the same n8n. */
const n8n = { ...host, fileParallelism: false, globalSetup: 'test/n8n/real/host.mts' };

/** Suites in real hosts. They install these hosts, so plain `vitest` does not run them. */
export default defineConfig({
	logLevel: 'error',
	test: {
		maxWorkers: '100%',
		projects: [
			{
				test: {
					...host,
					name: 'pyairbyte',
					include: ['test/pyairbyte/*.real.mts'],
					globalSetup: 'test/pyairbyte/environment.mts',
				},
			},
			{
				test: {
					...host,
					name: 'image',
					include: ['test/image/*.image.mts'],
					globalSetup: 'test/image/environment.mts',
					setupFiles: ['test/cleanUp.mts'],
					maxConcurrency: 2,
				},
			},
			{
				test: {
					...host,
					name: 's3',
					include: ['test/s3/*.real.mts'],
					globalSetup: 'test/s3/environment.mts',
					setupFiles: ['test/cleanUp.mts'],
				},
			},
			{ test: { ...n8n, name: 'n8n-real', include: ['test/n8n/real/*.real.mts'] } },
			{ test: { ...n8n, name: 'n8n-browser', include: ['test/n8n/real/*.browser.mts'] } },
			{ test: { ...host, name: 'n8n-package', include: ['test/n8n/real/*.package.mts'] } },
		],
	},
});
