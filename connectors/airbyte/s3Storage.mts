import type { Clock, Storage } from '../../src/ports';
import { Bucket, type Condition, type S3Options } from './s3Bucket.mjs';

/** Objects in a bucket of S3, or of a store that is compatible with it. */
export function createS3Storage(options: S3Options): Storage {
	const bucket = new Bucket(options);
	let isConditional: Promise<boolean> | undefined;

	/** Writes an object under a condition; resolves with whether it holds. */
	async function writeIf(
		name: string,
		content: Uint8Array,
		condition: Condition | undefined,
	): Promise<boolean> {
		const { status } = await bucket.put(name, content, condition);
		if (status < 300) return true;
		// An earlier attempt may have been carried out although its answer got lost.
		const found = await bucket.get(name);
		return found !== undefined && Buffer.compare(found.content, content) === 0;
	}

	return {
		read: async (name) => (await bucket.get(name))?.content,
		async write(name, content) {
			await bucket.put(name, content);
		},
		async append(name, chunk) {
			const found = await bucket.get(name);
			const content = Buffer.concat(found === undefined ? [chunk] : [found.content, chunk]);
			// A late duplicate of an earlier request must not undo this one.
			const condition = (await isConditional) ? unchangedSince(found?.etag) : undefined;
			if (!(await writeIf(name, content, condition))) throw bucket.failure('TAKEN');
		},
		async claim(name, content, was) {
			isConditional ??= honorsConditions(bucket, options.clock);
			if (!(await isConditional)) throw bucket.failure('NO_CONDITIONS');
			const found = was === undefined ? undefined : await bucket.get(name);
			if (was !== undefined && found?.content.toString() !== was) return false;
			return writeIf(name, Buffer.from(content), unchangedSince(found?.etag));
		},
		remove: (name) => bucket.remove(name),
		list: (folder) => bucket.list(folder),
	};
}

const unchangedSince = (etag: string | undefined): Condition =>
	etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };

/** Whether the store refuses to write if a condition does not hold; some do it regardless. */
async function honorsConditions(bucket: Bucket, clock: Clock): Promise<boolean> {
	const name = `fingerprints/conditions-${clock.random().toString(36).slice(2)}`;
	const content = Buffer.from('Written by destination-flameup to test conditional writes.');
	await bucket.put(name, content);
	const statuses = [
		await bucket.put(name, content, unchangedSince(undefined)),
		await bucket.put(name, content, unchangedSince(`"${'0'.repeat(32)}"`)),
	].map(({ status }) => status);
	await bucket.remove(name);
	return statuses.every((status) => status === 412);
}
