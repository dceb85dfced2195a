/**
 * n8n's own scanner over our sources and our tarball: `node test/n8n/real/scan.mts [--package file.tgz]`.
 * The package must be built. The exit code is 1 if a rule was broken, or if the scanner is blind.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startChecks } from './checks.mts';
import { installScanner, root, scannerFolder } from './install.mts';
import { packFlameup, readTarball } from './package.mts';
import { temporaryFolder } from './processes.mts';

/** What we use of the scanner. */
interface Scanner {
	analyzePackage(folder: string, patterns: string[]): Promise<Finding>;
	SOURCE_FILE_PATTERNS: string[];
}

interface Finding {
	passed: boolean;
	message?: string;
	details?: string;
}

const { values } = parseArgs({ options: { package: { type: 'string' } } });

installScanner();
const file = path.join(
	scannerFolder,
	'node_modules/@n8n/scan-community-package/scanner/scanner.mjs',
);
const scanner: Scanner = await import(pathToFileURL(file).href);
const published = ['**/*.js', 'package.json'];
const temporary = temporaryFolder();
const tarball = values.package ? readTarball(values.package) : packFlameup(temporary);
const unpacked = path.join(temporary, 'package');
mkdirSync(unpacked);
execFileSync('tar', ['-xzf', tarball.file, '-C', temporary]);

const { check, done } = startChecks();
const passes = ({ passed, message }: Finding) => passed && message === undefined;
const told = ({ message, details }: Finding) => [message, details].filter(Boolean).join('\n');

// the scanner reads no more of the sources than nodes and credentials; the core goes out with them
const sources = [...scanner.SOURCE_FILE_PATTERNS, 'src/**/*.ts'];
const source = await scanner.analyzePackage(root, sources);
check('the sources keep its rules', passes(source), told(source) || undefined);
const shipped = await scanner.analyzePackage(unpacked, published);
check('the tarball keeps its rules', passes(shipped), told(shipped) || undefined);

const node = path.join(unpacked, 'dist/nodes/Flameup/Flameup.node.js');
appendFileSync(node, '\nsetTimeout(() => {}, 1);\n');
const spoilt = await scanner.analyzePackage(unpacked, published);
check('a timer in the tarball would be found', !spoilt.passed && /setTimeout/.test(told(spoilt)));
done();
