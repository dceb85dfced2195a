import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page } from './page.mts';
import { takePicture } from './picture.mts';

/** Writes the form of the destination's specification to build/form.html; with --picture, also its picture in docs/. */
const root = join(import.meta.dirname, '..');
const spec = JSON.parse(readFileSync(join(root, 'connectors/airbyte/spec.json'), 'utf8'));
const html = page(spec.connectionSpecification);
const file = join(root, 'build/form.html');
mkdirSync(join(root, 'build'), { recursive: true });
writeFileSync(file, html);
console.log(`The form is in ${file}; open it in a browser.`);
if (process.argv.includes('--picture')) {
	await takePicture(html, join(root, 'docs/pictures/airbyte-form.png'));
}
