import { spawnSync } from 'node:child_process';
import { type Manifest, readManifest, repositoryOf, root } from './manifest.mts';

/** The name of the image with its tag. */
const imageOf = ({ config, version }: Manifest): string => `${config.image}:${version}`;

/** What the Dockerfile takes from package.json. */
const buildArguments = (manifest: Manifest): Readonly<Record<string, string>> => ({
	VERSION: manifest.version,
	DESCRIPTION: manifest.description,
	DOCUMENTATION: manifest.config.documentation,
	IMAGE: manifest.config.image,
	LICENSE: manifest.license,
	SOURCE: repositoryOf(manifest),
	VENDOR: manifest.author.name,
});

/**
 * Builds the image with `docker build` and the options of the command line, or with another program:
 * IMAGE_BUILDER='podman build'.
 */
const manifest = readManifest();
const [program = '', ...options] = (process.env.IMAGE_BUILDER ?? 'docker build').split(' ');
const { error, status } = spawnSync(
	program,
	[
		...options,
		...['--file', 'connectors/airbyte/Dockerfile', '--tag', imageOf(manifest)],
		...Object.entries(buildArguments(manifest)).flatMap(([name, value]) => [
			'--build-arg',
			`${name}=${value}`,
		]),
		...process.argv.slice(2),
		'.',
	],
	{ cwd: root, stdio: 'inherit' },
);
if (error) console.error(`The image was not built: ${error.message}`);
process.exitCode = status ?? 1;
