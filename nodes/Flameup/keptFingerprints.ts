import { hash } from 'node:crypto';
import type { INodeProperties } from 'n8n-workflow';
import { Changes } from '../../src/loading/changes';
import { contentOf, fingerprintText, isFingerprintText } from '../../src/loading/fingerprintText';
import { isBlank } from '../../src/mapping/jsonValues';
import type { Digest } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { draggedPath } from './dragged';
import type { Parameters, Read } from './parameters';
import { countedRows, type Run } from './run';

const TITLE = 'Previous Fingerprint';

const PATH = 'options.previousFingerprint';

/** The option that takes what the user keeps of each person. */
export const PREVIOUS_FINGERPRINT: INodeProperties = {
	displayName: TITLE,
	name: 'previousFingerprint',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.fingerprint }}',
	description:
		'The fingerprint that came out for this person the last time, from the table in which you keep it. If the person is still the same, nothing is sent, and the result is "unchanged".',
};

/** The path of the field that the option reads, if it is a dragged one. */
export const previousPath = (parameters: Parameters): readonly string[] | undefined =>
	draggedPath(String(parameters.raw(PATH) ?? ''));

/** Tells which people are unchanged, by the fingerprints that the user keeps. */
export class KeptFingerprints {
	readonly changes: Changes;
	readonly #read: Read<unknown>;
	/** Rows with something that is no fingerprint. */
	#foreign = 0;

	constructor({ parameters }: Run, { api_key, api_url, workspace_id }: Settings) {
		// Without a workspace ID, the API key decides on the workspace.
		const key = sha256(JSON.stringify([api_url, workspace_id, api_key]));
		this.changes = new Changes({ digest: (text) => sha256(key + text) });
		this.#read = parameters.each(PATH, TITLE);
	}

	/** Takes what the user kept of the person in a row, before the row is loaded. */
	recall(row: number, userId: string): void {
		const kept = this.#read(row);
		if (!isBlank(kept) && !isFingerprintText(kept)) this.#foreign++;
		this.changes.recall(userId, contentOf(kept));
	}

	/** What the user can keep of a person; null if Flameup's last answer about them is no proof. */
	textOf(userId: string): string | null {
		const content = this.changes.confirmed(userId);
		return content === undefined ? null : fingerprintText(content);
	}

	/** Whether the option has other texts than fingerprints, as a sentence. */
	hint(): string | undefined {
		if (this.#foreign === 0) return undefined;
		return `Sent, because "${TITLE}" has something else than a fingerprint of this node: ${countedRows(this.#foreign)}. Drag the field that holds the fingerprint there.`;
	}
}

/** Lone surrogates count as they are sent. */
const sha256: Digest = (text) => hash('sha256', text, 'binary');
