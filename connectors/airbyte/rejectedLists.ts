import type { Rejection } from '../../src/errors';
import { toJson } from '../../src/mapping/jsonValues';
import type { Clock, Storage } from '../../src/ports';
import type { RejectedRecords } from '../../src/settings/settings';
import { describe, sentence, type Vocabulary } from '../../src/texts';
import type { RecordRef } from './stream';

/** This much is saved at once, even if no state waits for it. */
const MOST_UNSAVED = 1_000_000;

/** Reading waits while this much could not be saved yet. */
const MOST_WAITING = 4 * MOST_UNSAVED;

/** The most bytes of one part of a list, after compression. */
const MOST_IN_PART = 2_000_000;

const MEGABYTE = 1_000_000;

/** What the lists of a run need. */
export interface RejectedListsOptions {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly settings: RejectedRecords;
	/** The date and the ID of the run, as in the names of its objects. */
	readonly run: string;
	readonly words: Vocabulary;
	gzip(text: string): Uint8Array;
	hash(text: string): string;
}

/** One line of a list. */
export interface RejectedLine {
	readonly at: string;
	readonly stream: string;
	readonly namespace?: string;
	/** The record's position in its stream. */
	readonly record: number;
	readonly code: string;
	readonly reason: string;
	readonly hint?: string;
	readonly user_id_hash?: string;
	/** The record as it came, with keep_values. */
	readonly data?: unknown;
}

/** The folder of the lists. */
export const LISTS = 'rejected/';

/** The part of a stream's list that is appended to. */
interface Part {
	number: number;
	bytes: number;
}

/** The lists of a run's rejected records in storage, one for each stream, in parts: gzip of JSON lines. */
export class RejectedLists {
	readonly #options: RejectedListsOptions;
	/** Lines, by the folder of their list. */
	readonly #unsaved = new Map<string, string[]>();
	readonly #parts = new Map<string, Part>();
	#unsavedCharacters = 0;
	#characters = 0;
	#saving: Promise<void> = Promise.resolve();
	/** The names of the lists that were written. */
	readonly names = new Set<string>();
	/** Records beyond the most megabytes, which are only counted. */
	left = 0;

	constructor(options: RejectedListsOptions) {
		this.#options = options;
	}

	/** Whether everything added has been saved. */
	get isSaved(): boolean {
		return this.#unsavedCharacters === 0;
	}

	/** Whether reading should wait until more has been saved. */
	get isFull(): boolean {
		return this.#unsavedCharacters > MOST_WAITING;
	}

	/** Adds a rejected record; returns whether it is the first one beyond the most megabytes. */
	add(ref: RecordRef, rejection: Rejection): boolean {
		const line = `${this.#line(ref, rejection)}\n`;
		if (this.#characters + line.length > this.#options.settings.keep_megabytes * MEGABYTE) {
			this.left++;
			return this.left === 1;
		}
		this.#characters += line.length;
		this.#unsavedCharacters += line.length;
		const folder = `${LISTS}${safeName(ref.stream.name)}`;
		const lines = this.#unsaved.get(folder);
		if (lines === undefined) this.#unsaved.set(folder, [line]);
		else lines.push(line);
		return false;
	}

	/** Whether so much is unsaved that it should be saved even if no state waits for it. */
	get isDue(): boolean {
		return this.#unsavedCharacters > MOST_UNSAVED;
	}

	/** Saves everything added so far. Rejects with FlameupError. */
	save(): Promise<void> {
		this.#saving = this.#saving.then(() => this.#saveNow());
		return this.#saving;
	}

	async #saveNow(): Promise<void> {
		const { gzip, storage } = this.#options;
		for (const [folder, lines] of [...this.#unsaved]) {
			this.#unsaved.delete(folder);
			const text = lines.join('');
			// Members of gzip one after the other are one gzip file.
			const member = gzip(text);
			const name = this.#partFor(folder, member.length);
			await storage.append(name, member);
			this.#unsavedCharacters -= text.length;
			this.names.add(name);
		}
	}

	/** The name of the part that so many bytes are appended to. */
	#partFor(folder: string, bytes: number): string {
		const part = this.#parts.get(folder) ?? { number: 1, bytes: 0 };
		this.#parts.set(folder, part);
		if (part.bytes > 0 && part.bytes + bytes > MOST_IN_PART) {
			part.number++;
			part.bytes = 0;
		}
		part.bytes += bytes;
		return `${folder}/${this.#options.run}-${String(part.number).padStart(4, '0')}.jsonl.gz`;
	}

	#line({ data, number, stream }: RecordRef, rejection: Rejection): string {
		const { clock, hash, settings, words } = this.#options;
		const { hint, title } = describe(rejection, words);
		const { name, namespace } = stream.descriptor;
		const line: RejectedLine = {
			at: new Date(clock.now()).toISOString(),
			stream: name,
			...(namespace && { namespace }),
			record: number,
			code: rejection.code,
			reason: sentence(title),
			...(hint !== undefined && { hint }),
			...(rejection.userId !== undefined && { user_id_hash: hash(rejection.userId) }),
		};
		const whole = settings.keep_values ? toJson({ ...line, data }) : undefined;
		return whole ?? JSON.stringify(line);
	}
}

/** A stream's name as the name of a folder. */
const safeName = (name: string): string =>
	encodeURIComponent(name.toWellFormed()).replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
