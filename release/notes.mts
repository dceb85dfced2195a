import { readChangelog, sections, withAbsoluteLinks } from './changelog.mts';
import { readManifest, repositoryOf } from './manifest.mts';

/**
 * Prints what the changelog says about the version of a tag, for the release on GitHub, with links to the
 * files of the tag. Fails if the tag, package.json and the changelog do not agree.
 */
const [tag] = process.argv.slice(2);
const manifest = readManifest();
const { version } = manifest;
const section = sections(readChangelog()).find((one) => one.version === version);
if (tag !== `v${version}`) {
	console.error(`The tag ${tag} does not fit version ${version} of package.json.`);
	process.exitCode = 1;
} else if (section?.date === undefined) {
	console.error(`CHANGELOG.md does not say that ${version} is released.`);
	process.exitCode = 1;
} else {
	const changelog = `${repositoryOf(manifest)}/blob/${tag}/CHANGELOG.md`;
	console.log(withAbsoluteLinks(section.text, changelog));
}
