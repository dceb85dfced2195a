import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { install, root, scannerFolder } from './install.mts';
import { packFlameup } from './package.mts';
import { temporaryFolder } from './processes.mts';

/** The scanner API used here. */
interface Scanner {
	analyzePackage(folder: string, patterns: string[]): Promise<Finding>;
	SOURCE_FILE_PATTERNS: string[];
}

interface Finding {
	passed: boolean;
	message?: string;
	details?: string;
}

install('scanner');
// The scanner's rules depend on it, and differ when it is `test`.
vi.stubEnv('NODE_ENV', undefined);
const file = 'node_modules/@n8n/scan-community-package/scanner/scanner.mjs';
const { analyzePackage, SOURCE_FILE_PATTERNS }: Scanner = await import(
	pathToFileURL(path.join(scannerFolder, file)).href
);
const published = ['**/*.js', 'package.json'];
const temporary = temporaryFolder();
const unpacked = path.join(temporary, 'package');
execFileSync('tar', ['-xzf', packFlameup(temporary).file, '-C', temporary]);

it("passes n8n's scanner with its sources", async () => {
	// By default the scanner reads only nodes and credentials, but the core is published too.
	const sources = [...SOURCE_FILE_PATTERNS, 'src/**/*.ts'];
	expect(await analyzePackage(root, sources)).toEqual({ passed: true });
});

it('passes it with its tarball', async () => {
	expect(await analyzePackage(unpacked, published)).toEqual({ passed: true });
});

it('fails it with a timer in the tarball', async () => {
	const node = path.join(unpacked, 'dist/nodes/Flameup/Flameup.node.js');
	appendFileSync(node, '\nsetTimeout(() => {}, 1);\n');
	const { passed, message, details } = await analyzePackage(unpacked, published);
	expect(passed).toBe(false);
	expect(`${message}\n${details}`).toContain('setTimeout');
});
