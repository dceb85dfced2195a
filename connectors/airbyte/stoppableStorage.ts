import { FlameupError } from '../../src/errors';
import type { Clock, Storage } from '../../src/ports';

/** How long whatever is under way may take when the run is stopped. */
export const GRACE_MS = 5_000;

/** How long one operation of the storage may take after that, so that the end of the run is saved. */
const LAST_MS = 1_000;

/** A storage, and what to call when the run is stopped. */
export interface StoppableStorage extends Storage {
	stop(): void;
}

/** A storage that a stopped run does not wait for: once one operation takes too long, all of them fail. */
export function createStoppable(storage: Storage, clock: Clock, setting: string): StoppableStorage {
	const pending = new Set<(error: FlameupError) => void>();
	let isGraceOver = false;
	let hangs = false;
	const failure = () =>
		new FlameupError({ code: 'storage_failed', setting, fault: 'NO_ANSWER_IN_TIME' });

	function giveUp(reject: (error: FlameupError) => void): void {
		if (!pending.delete(reject)) return;
		hangs = true;
		reject(failure());
	}

	const bounded = <T>(work: () => Promise<T>): Promise<T> =>
		new Promise((resolve, reject) => {
			if (hangs) return reject(failure());
			pending.add(reject);
			if (isGraceOver) void clock.sleep(LAST_MS).then(() => giveUp(reject));
			void work()
				.then(resolve, reject)
				.then(() => pending.delete(reject));
		});

	return {
		read: (name) => bounded(() => storage.read(name)),
		write: (name, content) => bounded(() => storage.write(name, content)),
		append: (name, chunk) => bounded(() => storage.append(name, chunk)),
		claim: (name, content, was) => bounded(() => storage.claim(name, content, was)),
		remove: (name) => bounded(() => storage.remove(name)),
		list: (folder) => bounded(() => storage.list(folder)),
		stop() {
			void clock.sleep(GRACE_MS).then(() => {
				isGraceOver = true;
				for (const reject of pending) giveUp(reject);
			});
		},
	};
}
