import { FlameupError } from '../../src/errors';
import { isObject } from '../../src/mapping/jsonValues';
import type { Clock, StopSignal, Storage } from '../../src/ports';
import { readText, writeText } from './storageText';

/** How often the holder of a lock renews it. */
const RENEW_MS = 5_000;

/** A lock that was not renewed for so long belongs to a run that has ended. */
const LEASE_MS = 30_000;

const POLL_MS = 1_000;

/** Tells the run that holds a lock from all others. */
export interface Holder {
	/** Where the process runs, so that one that has ended there can be recognised. */
	readonly host: string;
	readonly pid: number;
	/** Different for each run. */
	readonly run: string;
}

/** What a lock needs. */
export interface LockOptions {
	readonly storage: Storage;
	readonly name: string;
	/** The setting that an error names. */
	readonly setting: string;
	readonly clock: Clock;
	readonly signal: StopSignal;
	readonly holder: Holder;
	/** Whether the process of a lock has certainly ended. */
	hasEnded(holder: Partial<Holder>): boolean;
}

/** A lock that this run holds, until it ends or another run has taken it over. */
export class StorageLock {
	readonly #options: LockOptions;
	readonly #released = new AbortController();
	/** The run that held it before has not released it, so it has crashed. */
	readonly isInherited: boolean;

	private constructor(options: LockOptions, isInherited: boolean) {
		this.#options = options;
		this.isInherited = isInherited;
		void this.#renew();
	}

	/**
	 * Takes the lock; undefined if another run holds it. Waits up to 30 s to see whether that run still
	 * renews it, so that the clocks of the two need not agree.
	 */
	static async take(options: LockOptions): Promise<StorageLock | undefined> {
		const { clock, holder, name, signal, storage } = options;
		const content = contentOf(holder, 0);
		let seen: string | undefined;
		let since = clock.now();
		for (let isFirst = true; !signal.aborted; isFirst = false) {
			if (await storage.claim(name, content)) return new StorageLock(options, false);
			const now = await readText(storage, name);
			if (now === undefined) continue;
			if (!isFirst && now !== seen) return undefined;
			if (isFirst) since = clock.now();
			seen = now;
			const isOver = options.hasEnded(parsed(now)) || clock.now() - since >= LEASE_MS;
			if (isOver && (await storage.claim(name, content, now))) {
				return new StorageLock(options, true);
			}
			await clock.sleep(POLL_MS, signal);
		}
		return undefined;
	}

	/**
	 * Whether this run holds it. Another one may have taken it over if this one was suspended for 30 s. If there
	 * is no lock, this is not the storage that it was taken in.
	 */
	async state(): Promise<'held' | 'taken' | 'vanished'> {
		const { holder, name, storage } = this.#options;
		const { run } = parsed((await readText(storage, name)) ?? '');
		if (run === undefined) return 'vanished';
		return run === holder.run ? 'held' : 'taken';
	}

	/** Whether no other run has taken the lock over; rejects if there is none. */
	async isHeld(): Promise<boolean> {
		const state = await this.state();
		if (state === 'vanished') throw this.failure('VANISHED');
		return state === 'held';
	}

	/** Rejects unless this run holds the lock. */
	async confirm(): Promise<void> {
		if (!(await this.isHeld())) throw this.failure('TAKEN');
	}

	failure(fault: 'TAKEN' | 'VANISHED'): FlameupError {
		return new FlameupError({ code: 'storage_failed', setting: this.#options.setting, fault });
	}

	async release(): Promise<void> {
		this.#released.abort();
		await this.confirm();
		await this.#options.storage.remove(this.#options.name);
	}

	async #renew(): Promise<void> {
		const { clock, holder, name, storage } = this.#options;
		for (let beat = 1; ; beat++) {
			await clock.sleep(RENEW_MS, this.#released.signal);
			if (this.#released.signal.aborted) return;
			try {
				await this.confirm();
				await writeText(storage, name, contentOf(holder, beat));
			} catch {
				// Whatever needs the lock next finds out.
			}
		}
	}
}

const contentOf = (holder: Holder, beat: number): string => JSON.stringify({ ...holder, beat });

function parsed(content: string): Partial<Holder> {
	try {
		const value: unknown = JSON.parse(content);
		return isObject(value) ? value : {};
	} catch {
		return {};
	}
}
