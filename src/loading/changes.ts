import type { Mapped } from '../mapping/mapper';
import type { Digest } from '../ports';
import { type Fingerprint, FingerprintTable, type Half, halfOf, UNKNOWN } from './fingerprintTable';

/** After this many new fingerprints they are saved, so that they take little memory. */
const MOST_UNSAVED = 10_000;

/** What the changes need. */
export interface ChangesOptions {
	/** What earlier runs sent. */
	readonly table?: FingerprintTable;
	/** Keyed by all that shapes a person. */
	readonly digest: Digest;
	/** Keeps fingerprints for later runs, the last one of a person; undefined if nothing may be kept. */
	readonly save?: ((entries: readonly Fingerprint[]) => Promise<void>) | undefined;
}

/**
 * Knows which people equal what Flameup last confirmed. A person whose records are under way has no
 * fingerprint, so whatever follows is sent; so has one who was rejected. Nothing that is saved is ahead of
 * what was confirmed, or says of a person what a request under way may change.
 */
export class Changes {
	readonly #digest: Digest;
	readonly #table: FingerprintTable;
	readonly #save: ChangesOptions['save'];
	/** Records under way, by user ID. */
	readonly #underWay = new Map<string, number>();
	/** People whose saved fingerprint has to be withdrawn before they are sent, with the save that does it. */
	readonly #toWithdraw = new Map<string, number>();
	#unsaved: Fingerprint[] = [];
	/** Counts the saves. */
	#next = 1;
	#saving: Promise<void> = Promise.resolve();
	#failure: { readonly error: unknown } | undefined;

	constructor({ digest, save, table = new FingerprintTable() }: ChangesOptions) {
		this.#digest = digest;
		this.#save = save;
		this.#table = table;
	}

	/** Whether fingerprints could not be saved; people are still sent as long as that is safe. */
	get hasFailed(): boolean {
		return this.#failure !== undefined;
	}

	/** How many people have a fingerprint, and how many of them did not come in this run. */
	count(): { readonly known: number; readonly unseen: number } {
		return this.#table.count();
	}

	/** All people who have a fingerprint. */
	all(): Iterable<Fingerprint> {
		return this.#table;
	}

	/**
	 * Whether a person equals what Flameup last confirmed of them; false while other records of theirs are under
	 * way. Most sources keep their order, so the person who came next before is tried first: what was sent of
	 * them contains their user ID, and proves by itself who it is.
	 */
	isUnchanged({ json, person: { userId } }: Mapped): boolean {
		const next = this.#table.hasNext ? this.#half(json) : undefined;
		if (next !== undefined && this.#table.isNext(next)) return true;
		const id = this.#half(userId);
		return this.#table.has(id) && this.#table.matches(id, next ?? this.#half(json));
	}

	/**
	 * Takes what the caller kept of a person, for the record that comes next: only what agrees with all that is
	 * known of the person counts, so that in doubt the record is sent.
	 */
	recall(userId: string, kept: Half): void {
		const id = this.#half(userId);
		const known = this.#table.contentOf(id) ?? kept;
		const agrees = known[0] === kept[0] && known[1] === kept[1];
		this.#table.set([...id, ...(agrees ? kept : UNKNOWN)], !agrees);
	}

	/** What Flameup last confirmed of a person, for the caller to keep; undefined if that is unknown. */
	confirmed(userId: string): Half | undefined {
		const id = this.#half(userId);
		return this.#table.has(id) ? this.#table.contentOf(id) : undefined;
	}

	/** A record of the person will be sent. */
	sends(userId: string): void {
		const records = this.#underWay.get(userId);
		this.#underWay.set(userId, (records ?? 0) + 1);
		if (records !== undefined) return;
		const id = this.#half(userId);
		if (!this.#table.has(id)) return;
		const withdrawn = [...id, ...UNKNOWN] as const;
		this.#table.set(withdrawn, true);
		this.#unsaved.push(withdrawn);
		this.#toWithdraw.set(userId, this.#next);
	}

	/**
	 * Resolves once nothing saved says of these people what they were before; only then may they be sent.
	 * Rejects if that cannot be saved.
	 */
	async withdraw(userIds: readonly string[]): Promise<void> {
		const isNeeded = userIds.some((userId) => this.#toWithdraw.has(userId));
		if (!isNeeded) return;
		await this.save();
		if (this.#failure !== undefined) throw this.#failure.error;
	}

	/** So many records of a person are settled; `json` is what Flameup confirmed, if it did. */
	settled(userId: string, records: number, json?: string): void {
		const left = (this.#underWay.get(userId) ?? 0) - records;
		if (left > 0) {
			this.#underWay.set(userId, left);
			return;
		}
		this.#underWay.delete(userId);
		if (json === undefined || this.#failure !== undefined) return;
		const confirmed = [...this.#half(userId), ...this.#half(json)] as const;
		this.#table.set(confirmed, true);
		this.#unsaved.push(confirmed);
		if (this.#unsaved.length % MOST_UNSAVED === 0) void this.save();
	}

	/** Saves what is new; never rejects. */
	save(): Promise<void> {
		this.#saving = this.#saving.then(() => this.#saveNow());
		return this.#saving;
	}

	#half(text: string): Half {
		return halfOf(this.#digest(text));
	}

	async #saveNow(): Promise<void> {
		const entries = this.#unsaved;
		if (entries.length === 0 || this.#failure !== undefined) return;
		const current = this.#next++;
		this.#unsaved = [];
		try {
			await this.#save?.(entries);
		} catch (error) {
			this.#failure = { error };
			return;
		}
		for (const [userId, save] of this.#toWithdraw) {
			if (save <= current) this.#toWithdraw.delete(userId);
		}
	}
}
