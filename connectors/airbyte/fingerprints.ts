import { problemOf } from '../../src/errors';
import { Changes } from '../../src/loading/changes';
import { type Fingerprint, FingerprintTable, halfOf } from '../../src/loading/fingerprintTable';
import type { Clock, Digest, StopSignal, Storage } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import {
	closingFrame,
	encodeFrames,
	encodeHeader,
	type JournalHeader,
	JournalReader,
	mostEntries,
} from './journal';
import { loadedText, type ResendReason, resendText, unsavedText } from './logMessages';
import type { LogLevel } from './protocol';
import { type Holder, StorageLock } from './storageLock';
import { readText, storageSetting, writeText } from './storageText';
import { StoredJournal } from './storedJournal';

const SAVE_MS = 5 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

/** A journal with more superfluous entries than this share, and than this number, is written anew. */
const SUPERFLUOUS = { share: 0.25, entries: 10_000 } as const;

/** So is one that has grown to more parts than this. */
const MOST_PARTS = 50;

/** How the names of owner files end. */
const OWNER = '.owner';

/** Whose people a stream's owner file says were sent last: those of a journal, or of a run without one. */
const NO_JOURNAL = 'none';

/** The host's part of the storage. */
export interface StorageAccess {
	readonly storage: Storage;
	/** A SHA-256, one byte a character, of a key in the same form and a text. */
	keyedDigest(key: string): Digest;
	readonly holder: Holder;
	hasEnded(holder: Partial<Holder>): boolean;
	gzip(text: string): Uint8Array;
	/** The text of all members, as far as they are whole. */
	gunzip(bytes: Uint8Array): string;
}

/** A stream, as far as its people are remembered. */
interface RememberedStream {
	readonly name: string;
	readonly replaces: boolean;
}

/** What the fingerprints of a run need. */
export interface FingerprintOptions extends StorageAccess {
	readonly settings: Settings;
	readonly streams: readonly RememberedStream[];
	readonly clock: Clock;
	readonly signal: StopSignal;
	log(level: LogLevel, message: string): void;
}

/** The fingerprints of one run in its storage. */
export class Fingerprints {
	readonly #options: FingerprintOptions;
	readonly #closed = new AbortController();
	/** The name of the journal, and the journal. */
	readonly #name: string;
	readonly #journal: StoredJournal;
	readonly #owners: readonly string[];
	/** The folders of the streams' owner files, one for each workspace. */
	readonly #ownerFolders: readonly string[];
	/** The owner files for an empty workspace, which may be the same as any; none if this run's is empty. */
	readonly #unnamed: readonly string[];
	/** Keyed by all that shapes a person, and by the API key, so that nobody can try out user IDs. */
	readonly #digest: Digest;
	#lock: StorageLock | undefined;
	#entries = 0;
	/** Fingerprints could not be saved; the journal is gone. */
	#isBroken = false;
	#header: JournalHeader;
	/** Undefined if everyone is sent and nothing is remembered. */
	changes: Changes | undefined;
	/** What is known of earlier runs, or why everyone is sent. */
	memory: string | undefined;

	private constructor(options: FingerprintOptions) {
		const { clock, keyedDigest, settings, streams } = options;
		this.#options = options;
		const digest = keyedDigest('');
		const hex = (text: string) => Buffer.from(digest(text), 'latin1').toString('hex');
		const short = (...parts: readonly string[]) => hex(JSON.stringify(parts)).slice(0, 16);
		const { api_key, api_url, mapping, rejected_records, streams: own, workspace_id } = settings;
		const names = streams.map(({ name }) => name).sort();
		this.#name = `fingerprints/${short(api_url, workspace_id, ...names)}`;
		this.#journal = new StoredJournal(options.storage, this.#name);
		this.#ownerFolders = names.map((name) => `fingerprints/${short('stream', name)}/`);
		const ownersIn = (workspace: string) =>
			this.#ownerFolders.map((folder) => `${folder}${short('workspace', workspace)}${OWNER}`);
		this.#owners = ownersIn(workspace_id);
		this.#unnamed = workspace_id === '' ? [] : ownersIn('');
		const key = digest(JSON.stringify([api_key, mapping, own, rejected_records.invalid_email]));
		this.#digest = keyedDigest(key);
		this.#header = { owner: halfOf(this.#digest('owner')), begunAt: clock.now() };
	}

	/**
	 * Loads what earlier runs sent. If another run holds the storage, everyone is sent and nothing is
	 * remembered. Rejects with FlameupError if the storage cannot be used: it might later say of a person what
	 * this run has changed.
	 */
	static async open(options: FingerprintOptions): Promise<Fingerprints> {
		const one = new Fingerprints(options);
		const { changes, dry_run } = options.settings;
		if (dry_run && changes === 'send_changed') await one.#look();
		else if (changes === 'send_changed') await one.#openLocked();
		else if (!dry_run) await one.#disown();
		return one;
	}

	/**
	 * Saves everything. Resolves with the number of people in storage who did not come in this run. Never
	 * rejects: what is not saved is sent again.
	 */
	async close(): Promise<number> {
		this.#closed.abort();
		const { changes } = this;
		if (this.#options.settings.dry_run) return 0;
		try {
			if (this.#lock === undefined || changes === undefined) await this.#disown();
			else await this.#end(changes, this.#lock);
		} catch (error) {
			this.#warn(error);
			// An older storage in its place would know nothing of this run.
			if (isAbout(error, 'VANISHED')) await this.#journal.remove().catch(() => undefined);
		}
		return changes?.count().unseen ?? 0;
	}

	async #end(changes: Changes, lock: StorageLock): Promise<void> {
		await changes.save();
		// They may have been taken over during the run.
		await this.#disownOthers();
		if (!changes.hasFailed && !this.#isBroken) {
			await lock.confirm();
			const { known } = changes.count();
			const superfluous = this.#entries - known;
			const isLong =
				superfluous > SUPERFLUOUS.entries && superfluous > SUPERFLUOUS.share * this.#entries;
			if (isLong || this.#journal.parts > MOST_PARTS) await this.#rewrite(changes.all());
			if (!this.#journal.isComplete) {
				await this.#journal.append(closingFrame());
				await this.#journal.complete();
			}
		}
		await lock.release();
	}

	/** For a dry run: uses what is remembered, and writes nothing. */
	async #look(): Promise<void> {
		const lock = await readText(this.#options.storage, this.#lockName);
		const loaded = await this.#load(lock !== undefined);
		if (typeof loaded === 'string') {
			this.#tell(...resendText(loaded));
			this.#begin();
		} else {
			this.#tell('INFO', loadedText(loaded.count().known));
			this.#begin(loaded);
		}
	}

	async #openLocked(): Promise<void> {
		const lock = await this.#takeLock();
		if (typeof lock === 'string') {
			this.#tell(...resendText(lock));
			await this.#disown();
			return;
		}
		this.#lock = lock;
		const loaded = await this.#load(lock.isInherited);
		if (typeof loaded === 'string') {
			this.#tell(...resendText(loaded));
			await this.#rewrite([]);
			await this.#own();
			this.#begin();
		} else {
			this.#tell('INFO', loadedText(loaded.count().known));
			this.#begin(loaded);
		}
		await this.#disownOthers();
		// All of it must have come from where the lock is: an empty storage would let everyone be sent unseen.
		await lock.isHeld();
		void this.#saveRegularly();
	}

	get #lockName(): string {
		return `${this.#name}.lock`;
	}

	/** The lock, or why nothing can be remembered without it. */
	async #takeLock(): Promise<StorageLock | ResendReason> {
		const { settings } = this.#options;
		const taken = StorageLock.take({
			...this.#options,
			name: this.#lockName,
			setting: storageSetting(settings),
		});
		return (await taken.catch(unlessUnlockable)) ?? 'busy';
	}

	#tell(level: LogLevel, text: string): void {
		this.memory = text;
		this.#options.log(level, text);
	}

	#begin(table = new FingerprintTable()): void {
		const save = this.#lock && ((entries: readonly Fingerprint[]) => this.#save(entries));
		this.changes = new Changes({ table, digest: this.#digest, save });
	}

	/**
	 * The table, or why everyone is sent. A journal that is not complete is used only if the lock of its run is
	 * still there.
	 */
	async #load(hasLock: boolean): Promise<ResendReason | FingerprintTable> {
		const { clock, settings, storage, streams } = this.#options;
		const found = await this.#journal.find();
		if (streams.some(({ replaces }) => replaces)) return 'overwrite';
		if (found === undefined) return 'first run';
		let table: FingerprintTable | undefined;
		const reader = new JournalReader((entry) => {
			// Not before the header is known to be sound: the object may be anything, of any size.
			table ??= new FingerprintTable(mostEntries(found.bytes));
			table.set(entry, false);
		});
		for (const name of found.names) {
			const part = await storage.read(name);
			if (part === undefined) return 'damaged';
			reader.push(part);
		}
		const { end, header } = reader;
		const isEnded = (end === 'closed' && found.isComplete) || (hasLock && end !== 'damaged');
		if (header === undefined || !found.isWhole || !isEnded) return 'damaged';
		if (String(header.owner) !== String(this.#header.owner)) return 'other settings';
		if (!(await this.#isOwner())) return 'other runs';
		const days = settings.resend_everything_after_days;
		const due = dueReason(header.begunAt, clock.now(), days);
		if (due !== undefined) return due;
		this.#header = header;
		this.#entries = reader.entries;
		return table ?? new FingerprintTable();
	}

	/**
	 * Saves fingerprints. If that fails, nobody may use the journal again, because it is outdated. Looks at the
	 * lock afterwards too: what was saved elsewhere, in an empty storage, withdraws nothing.
	 */
	async #save(entries: readonly Fingerprint[]): Promise<void> {
		const lock = this.#lock;
		if (this.#isBroken || lock === undefined) return;
		try {
			await lock.confirm();
			await this.#journal.append(Buffer.concat([...encodeFrames(entries)]));
			await lock.confirm();
			this.#entries += entries.length;
		} catch (error) {
			await this.#discard(lock);
			this.#isBroken = true;
			this.#warn(error);
		}
	}

	/**
	 * Removes the journal, also from a storage that has taken the place of the run's, or disowns it if another run
	 * uses it now. Rejects if the lock has vanished: what is removed from a storage that is not there comes back
	 * with it.
	 */
	async #discard(lock: StorageLock): Promise<void> {
		if ((await lock.state()) !== 'taken') await this.#journal.remove();
		if (await lock.isHeld()) return;
		await this.#disown();
		for (const name of this.#owners) {
			const owner = await readText(this.#options.storage, name);
			if (owner !== NO_JOURNAL) throw lock.failure('VANISHED');
		}
		await lock.isHeld();
	}

	async #rewrite(entries: Iterable<Fingerprint>): Promise<void> {
		const header = this.#header;
		function* chunks() {
			yield encodeHeader(header);
			yield* encodeFrames(entries);
		}
		await this.#journal.rewrite(chunks());
	}

	/** Whether the people of all streams were last sent by runs with this journal. */
	async #isOwner(): Promise<boolean> {
		for (const name of this.#owners) {
			if ((await readText(this.#options.storage, name)) !== this.#name) return false;
		}
		return true;
	}

	async #own(): Promise<void> {
		for (const name of this.#owners) {
			await writeText(this.#options.storage, name, this.#name);
		}
	}

	/** Notes that people are sent without being remembered, so that no journal says what they were before. */
	async #disown(): Promise<void> {
		await this.#free(this.#owners);
		await this.#disownOthers();
	}

	/** Notes that no journal may be used whose workspace can be the same, although the settings differ. */
	async #disownOthers(): Promise<void> {
		if (this.#unnamed.length > 0) {
			await this.#free(this.#unnamed);
			return;
		}
		for (const folder of this.#ownerFolders) {
			const found = await this.#options.storage.list(folder);
			const owners = found.map(({ name }) => name).filter((name) => name.endsWith(OWNER));
			await this.#free(owners.filter((name) => !this.#owners.includes(name)));
		}
	}

	async #free(owners: readonly string[]): Promise<void> {
		const { storage } = this.#options;
		for (const name of owners) {
			const owner = await readText(storage, name);
			const isNeeded = owner !== undefined && owner !== NO_JOURNAL;
			if (isNeeded) await writeText(storage, name, NO_JOURNAL);
		}
	}

	async #saveRegularly(): Promise<void> {
		const { signal } = this.#closed;
		for (;;) {
			await this.#options.clock.sleep(SAVE_MS, signal);
			if (signal.aborted) return;
			await this.changes?.save();
		}
	}

	#warn(error: unknown): void {
		this.#options.log('WARN', unsavedText(error));
	}
}

/** Why everyone is to be sent once more, going by when that last began. */
function dueReason(begunAt: number, now: number, days: number): ResendReason | undefined {
	if (now < begunAt) return 'clock set back';
	return now < begunAt + days * DAY_MS ? undefined : 'due';
}

const unlessUnlockable = (error: unknown): Promise<ResendReason> =>
	isAbout(error, 'NO_CONDITIONS') ? Promise.resolve('no lock') : Promise.reject(error);

function isAbout(error: unknown, fault: string): boolean {
	const problem = problemOf(error);
	const isStorages = problem.code === 'storage_failed' || problem.code === 'unusable_storage';
	return isStorages && problem.fault === fault;
}
